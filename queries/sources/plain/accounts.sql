-- Which firms does the list of deals name? A name is all that is known of them.
SELECT
    'plain' AS source,
    trim("account") AS account_id,
    trim("account") AS name,
    min(start_of_day(coalesce("start", first_seen), project_zone())) AS created_ts,
    false AS is_deleted,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    CAST(NULL AS DATE) AS next_seen,
    false AS gone
FROM landing.plain_pipeline
WHERE coalesce(trim("account"), '') <> ''
GROUP BY trim("account")
