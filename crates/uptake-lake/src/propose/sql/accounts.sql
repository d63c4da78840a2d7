-- What did each list say of each customer?
SELECT
    '{source}' AS source,
    {id|name:text} AS account_id,
    {name|id:text} AS name,
    {person:user} AS owner_id,
    coalesce({begin:instant}, start_of_day(min(first_seen) OVER (PARTITION BY _key), project_zone())) AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.{relation}
