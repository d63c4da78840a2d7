-- Who is a user? Whoever owns a deal or has logged in, by the word that the file has for them; an e-mail or a name finds them on the roster.
-- An owner and a user of the log of the same name are one.
WITH mentioned AS (
    SELECT trim("owner") AS name, start_of_day("start", project_zone()) AS ts, first_seen FROM landing.plain_pipeline
    UNION ALL
    SELECT trim("user") AS name, "at" AS ts, first_seen FROM landing.plain_login_log
)
SELECT
    'plain' AS source,
    lower(name) AS user_id,
    lower(name) AS username,
    regexp_match(lower(name), '[^ <>()]+@[^ <>()]+')[1] AS email,
    min(name) AS name,
    'human' AS user_kind,
    true AS is_active,
    min(ts) AS created_ts,
    min(first_seen) AS valid_from
FROM mentioned
WHERE name IS NOT NULL
    AND name <> ''
GROUP BY lower(name)
