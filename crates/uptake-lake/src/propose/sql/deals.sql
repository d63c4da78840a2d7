-- What did each list say of each deal?
WITH read AS (
    SELECT
        *,
        {id:id} AS _deal,
        {{outcome}}
    FROM landing.{relation}
)
SELECT
    '{source}' AS source,
    _deal AS opp_id,
    {account:text} AS account_id,
    {person:user} AS owner_id,
    {name:text} AS name,
    {{stage}}
    {{stage_order}}
    {amount:settled} AS amount,
    {currency:upper} AS currency,
    CAST(CASE _outcome WHEN 'won' THEN 1 WHEN 'lost' THEN 0 ELSE {probability:share} END AS DECIMAL(18, 4)) AS probability,
    {end:closing} AS close_date,
    _outcome <> 'open' AS is_closed,
    _outcome = 'won' AS is_won,
    -- A deal without a beginning begins with the first list that has it, or when it ended, if that was before.
    coalesce(
        {begin:instant},
        start_of_day(
            least(
                min(first_seen) OVER (PARTITION BY _deal),
                CASE WHEN _outcome <> 'open' THEN {end:closing} END
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
