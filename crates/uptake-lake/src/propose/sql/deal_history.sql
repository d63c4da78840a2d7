-- What does the log say of each deal, and when? A row is what the deal was from its time on.
SELECT
    '{source}' AS source,
    concat(lpad(CAST(_line AS VARCHAR), 12, '0'), ' ', _key) AS history_id,
    {id:text} AS opp_id,
    {at:instant} AS ts,
    {person:user} AS user_id,
    {state:text} AS stage,
    {amount:decimal} AS amount,
    CAST(NULL AS DATE) AS close_date,
    'log' AS method
FROM landing.{relation}
WHERE {state:text} <> ''
    AND {id:text} <> ''
