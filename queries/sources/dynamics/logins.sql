-- Who came into Dynamics, by its audit? Access by the web is noted when a session begins and about every four hours after: an access
-- window, no login. So the first of a user's day stands for all of that day. Web services are programs, and apps that people use as
-- well, which the audit does not tell apart: they count as api.
WITH windows AS (
    SELECT
        coalesce("auditid", _key) AS login_id,
        coalesce("userid", trim("user")) AS user_id,
        "createdon" AS ts,
        CASE WHEN "action" IN ('64', 'User Access via Web') THEN 'web' ELSE 'api' END AS channel
    FROM landing.dynamics_audit
    WHERE "action" IN ('64', '65', 'User Access via Web', 'User Access via Web Services')
),
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY user_id, channel, local_date(ts, project_zone())
            ORDER BY ts, login_id
        ) AS nth
    FROM windows
)
SELECT
    'dynamics' AS source,
    login_id,
    user_id,
    ts,
    'success' AS outcome,
    channel,
    'password' AS auth,
    'log' AS method
FROM numbered
WHERE nth = 1
