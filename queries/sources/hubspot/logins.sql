-- Which rows does the account's login history have, and did a human come in by each of them? A user is an e-mail there; where the users'
-- export tells whose it is, the row is that owner's. HubSpot's own tools log in as well, and are no people. A session on a phone lasts
-- thirty days, so that few logins are no proof of little use.
WITH names AS (
    SELECT
        lower("email") AS email,
        first_value(trim(coalesce("name", concat_ws(' ', "first_name", "last_name"))) ORDER BY first_seen DESC) AS name
    FROM landing.hubspot_users
    GROUP BY lower("email")
)
SELECT
    'hubspot' AS source,
    l._key AS login_id,
    coalesce(nullif(n.name, ''), lower(trim(l."user_email"))) AS user_id,
    l."login_at" AS ts,
    CASE
        WHEN lower(coalesce(l."status", '')) IN ('failed', 'failure', 'false', 'no', 'unsuccessful') THEN 'failed'
        ELSE 'success'
    END AS outcome,
    CASE
        WHEN lower(coalesce(l."login_type", '')) LIKE '%hubspot tools%' OR lower(coalesce(l."login_type", '')) LIKE '%ftp%' THEN 'api'
        WHEN lower(coalesce(l."login_type", '')) LIKE '%mobile%' THEN 'mobile'
        ELSE 'web'
    END AS channel,
    CASE
        WHEN lower(coalesce(l."login_type", '')) LIKE '%sso%' OR lower(coalesce(l."login_type", '')) LIKE '%google%' THEN 'sso'
        ELSE 'password'
    END AS auth,
    l."user_agent" AS client_app,
    'log' AS method
FROM landing.hubspot_login_history AS l
LEFT JOIN names AS n
    ON n.email = lower(trim(l."user_email"))
