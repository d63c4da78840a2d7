-- When did each user come last, by each list of users? Odoo keeps no more: by no known channel, never to be counted.
SELECT
    'odoo' AS source,
    concat("login", ' ', CAST("login_date" AS TEXT)) AS login_id,
    trim("name") AS user_id,
    "login_date" AS ts,
    'success' AS outcome,
    'snapshot_diff' AS method
FROM landing.odoo_res_users
WHERE "login_date" IS NOT NULL
GROUP BY
    "login",
    trim("name"),
    "login_date"
