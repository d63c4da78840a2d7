-- When did each user come last, by each list of users? Pipedrive exports no login log: by no known channel, never to be counted.
SELECT
    'pipedrive' AS source,
    concat("id", ' ', CAST("last_login" AS TEXT)) AS login_id,
    trim("name") AS user_id,
    "last_login" AS ts,
    'success' AS outcome,
    'snapshot_diff' AS method
FROM landing.pipedrive_users
WHERE "last_login" IS NOT NULL
GROUP BY
    "id",
    trim("name"),
    "last_login"
