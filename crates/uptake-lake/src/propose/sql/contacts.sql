-- What did each list say of each contact?
SELECT
    '{source}' AS source,
    {id:id} AS contact_id,
    {account:text} AS account_id,
    {person:user} AS owner_id,
    {first:text} AS first_name,
    {last|name:text} AS last_name,
    {email:text} AS email,
    {phone:text} AS phone,
    {city:text} AS city,
    {country:text} AS country,
    coalesce({begin:instant}, start_of_day(min(first_seen) OVER (PARTITION BY _key), project_zone())) AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.{relation}
