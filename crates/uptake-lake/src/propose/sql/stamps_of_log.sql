-- Who worked on which {thing}, and when? Whoever a row of the log names did what it tells. Were they only assigned to it, delete this file, and
-- "records" from `feeds`.
SELECT
    '{source}' AS source,
    '{thing}' AS object,
    {id:text} AS record_id,
    {person:user} AS user_id,
    {at:instant} AS ts,
    CASE
        WHEN row_number() OVER (PARTITION BY {id:text} ORDER BY {at:instant}, _line, _key) = 1 THEN 'created'
        ELSE 'modified'
    END AS kind,
    'log' AS method
FROM landing.{relation}
WHERE {person:text} <> ''
