-- Who is a user of Freshsales? An owner is an e-mail in its files.
SELECT
    'freshsales' AS source,
    lower(trim("owner")) AS user_id,
    lower(trim("owner")) AS username,
    CASE WHEN lower(trim("owner")) LIKE '%@%' THEN lower(trim("owner")) END AS email,
    trim(min("owner")) AS name,
    'human' AS user_kind,
    true AS is_active,
    min("created_at") AS created_ts,
    min(first_seen) AS valid_from
FROM landing.freshsales_deals
WHERE "owner" IS NOT NULL
GROUP BY lower(trim("owner"))
