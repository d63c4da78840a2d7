-- What did each list say of each case?
WITH read AS (
    SELECT
        *,
        {{outcome}}
    FROM landing.{relation}
)
SELECT
    '{source}' AS source,
    {id:id} AS case_id,
    {contact:text} AS contact_id,
    {account:text} AS account_id,
    {person:user} AS owner_id,
    {type:text} AS case_type,
    {state:text} AS status,
    {priority:text} AS priority,
    _outcome <> 'open' AS is_closed,
    CASE WHEN _outcome <> 'open' THEN {end:instant} END AS closed_ts,
    coalesce({begin:instant}, start_of_day(min(first_seen) OVER (PARTITION BY _key), project_zone())) AS created_ts,
    {creator:user} AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM read
