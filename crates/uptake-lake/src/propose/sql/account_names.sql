-- Which firms does the list name? A name is all that is known of them.
SELECT
    '{source}' AS source,
    {account:text} AS account_id,
    {account:text} AS name,
    CAST(NULL AS TEXT) AS owner_id,
    min(coalesce({begin:instant}, start_of_day(first_seen, project_zone()))) AS created_ts,
    false AS is_deleted,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    CAST(NULL AS DATE) AS next_seen,
    false AS gone
FROM landing.{relation}
WHERE {account:text} <> ''
GROUP BY {account:text}
