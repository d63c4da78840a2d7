-- Who came when, by the log? A user is called as the log calls them, in small letters.
SELECT
    'plain' AS source,
    _key AS login_id,
    lower(trim("user")) AS user_id,
    "at" AS ts,
    CASE
        WHEN lower(coalesce("outcome", '')) LIKE '%fail%' OR lower("outcome") LIKE '%invalid%' OR lower("outcome") LIKE '%denied%' THEN 'failed'
        WHEN lower("outcome") LIKE 'error%' OR lower("outcome") LIKE '%unsuccess%' OR lower("outcome") LIKE '%locked%' THEN 'failed'
        WHEN lower("outcome") IN ('0', 'false', 'no', 'rejected', 'blocked') THEN 'failed'
        ELSE 'success'
    END AS outcome,
    CASE
        WHEN lower(coalesce("channel", '')) LIKE '%api%' THEN 'api'
        WHEN lower(coalesce("channel", '')) LIKE '%mobile%' THEN 'mobile'
        ELSE 'web'
    END AS channel,
    'password' AS auth,
    'log' AS method
FROM landing.plain_login_log
WHERE trim("user") <> ''
