-- What did each list say of each lead?
SELECT
    '{source}' AS source,
    {id:id} AS lead_id,
    {person:user} AS owner_id,
    {first:text} AS first_name,
    {last|name:text} AS last_name,
    {account:text} AS company,
    {email:text} AS email,
    {state:text} AS status,
    coalesce(lower({state:text}) LIKE '%converted%', false) AS is_converted,
    coalesce({begin:instant}, start_of_day(min(first_seen) OVER (PARTITION BY _key), project_zone())) AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.{relation}
