-- What did each list say of each activity? It happened at its time, unless that lies behind the list that tells it.
SELECT
    '{source}' AS source,
    {id:id} AS activity_id,
    {{type}}
    {person:user} AS owner_id,
    coalesce({creator:user}, {person:user}) AS created_by,
    coalesce({begin:instant}, {at:instant}) AS created_ts,
    CASE WHEN {at:instant} < start_of_day(last_seen + 1, project_zone()) THEN {at:instant} END AS occurred_ts,
    {end:day} AS due_date,
    {account:text} AS account_id,
    {deal:text} AS opp_id,
    false AS is_series,
    false AS is_copy,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.{relation}
