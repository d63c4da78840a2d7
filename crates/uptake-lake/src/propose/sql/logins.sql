-- Who came when, by the log?
{{days}}
SELECT
    '{source}' AS source,
    _key AS login_id,
    {person:user} AS user_id,
    {at:instant} AS ts,
    {{failed}}
    {{channel}}
    'password' AS auth,
    'log' AS method
FROM landing.{relation}
WHERE {person:text} <> ''
    {{leaves}}
    {{programs}}
