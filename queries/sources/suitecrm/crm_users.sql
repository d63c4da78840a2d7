-- Who is a user of SuiteCRM? The table of users; and owners whom it does not list, by the word that records have for them.
WITH listed AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY _key ORDER BY first_seen DESC) AS _newest,
        min(first_seen) OVER (PARTITION BY _key) AS _since
    FROM landing.suitecrm_users
),
mentioned AS (
    SELECT coalesce("assigned_user_id", trim("assigned_user_name")) AS user_id, "date_entered" AS ts, first_seen FROM landing.suitecrm_opportunities
    UNION ALL
    SELECT "created_by" AS user_id, "date_entered" AS ts, first_seen FROM landing.suitecrm_opportunities
    UNION ALL
    SELECT coalesce("assigned_user_id", trim("assigned_user_name")) AS user_id, "date_entered" AS ts, first_seen FROM landing.suitecrm_accounts
    UNION ALL
    SELECT "user_id" AS user_id, "date_modified" AS ts, first_seen FROM landing.suitecrm_tracker
),
firsts AS (
    SELECT
        user_id,
        min(ts) AS ts,
        min(first_seen) AS first_seen
    FROM mentioned
    WHERE user_id IS NOT NULL
    GROUP BY user_id
)
SELECT
    'suitecrm' AS source,
    coalesce(u."id", f.user_id) AS user_id,
    coalesce(u."user_name", f.user_id) AS username,
    u."email1" AS email,
    coalesce(nullif(trim(concat_ws(' ', u."first_name", u."last_name")), ''), f.user_id) AS name,
    u."title" AS title,
    u."department" AS department,
    'human' AS user_kind,
    u."reports_to_id" AS manager_id,
    lower(coalesce(u."status", 'active')) = 'active' AS is_active,
    least(f.ts, u."date_entered") AS created_ts,
    least(f.first_seen, u._since) AS valid_from
FROM (
    SELECT *
    FROM listed
    WHERE _newest = 1
) AS u
FULL JOIN firsts AS f
    ON f.user_id = u."id"
