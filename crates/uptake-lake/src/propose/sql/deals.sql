-- What did each list say of each deal?
WITH read AS (
    SELECT
        *,
        {id:id} AS opp_id,
        {{outcome}}
    FROM landing.{relation}
)
SELECT
    '{source}' AS source,
    opp_id,
    {account:text} AS account_id,
    {person:user} AS owner_id,
    {name:text} AS name,
    {{stage}}
    {{stage_order}}
    {amount:decimal} AS amount,
    {currency:upper} AS currency,
    CAST(CASE outcome WHEN 'won' THEN 1 WHEN 'lost' THEN 0 ELSE {probability:share} END AS DECIMAL(18, 4)) AS probability,
    {end:day} AS close_date,
    outcome <> 'open' AS is_closed,
    outcome = 'won' AS is_won,
    -- A deal without a beginning begins with the first list that has it, or when it ended, if that was before.
    coalesce(
        {begin:instant},
        start_of_day(
            least(
                min(first_seen) OVER (PARTITION BY opp_id),
                CASE WHEN outcome <> 'open' THEN {end:day} END
            ),
            project_zone()
        )
    ) AS created_ts,
    {creator:user} AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM read
