-- Who is a user? Whoever a record or a row of a log names, by the word that the file has for them; an e-mail, a number or a name finds
-- them on the roster. Nothing here says who has left: all count as active since the oldest record that names them.
WITH mentioned AS (
{mentions}
)
SELECT
    '{source}' AS source,
    lower(trim(name)) AS user_id,
    lower(trim(name)) AS username,
    regexp_match(lower(name), '[^ <>()]+@[^ <>()]+')[1] AS email,
    min(employee_number) AS employee_number,
    min(trim(name)) AS name,
    'human' AS user_kind,
    true AS is_active,
    min(ts) AS created_ts,
    min(first_seen) AS valid_from
FROM mentioned
WHERE trim(name) <> ''
GROUP BY lower(trim(name)), regexp_match(lower(name), '[^ <>()]+@[^ <>()]+')[1]
