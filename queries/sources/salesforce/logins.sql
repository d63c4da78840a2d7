-- Which rows does the login log have, and did a human come in by each of them, and how?
-- Labels and codes of LoginType both occur, by how the log was fetched. A type never seen counts as api.
-- The Setup page's download knows neither Id nor UserId: its user is who held the username last, in any letters. A login that the
-- object tells too, of the same user, second, outcome and channel, is left out of it.
-- Beside the log stands what users' own rows say of their last login: `snapshot_diff`, by no known channel, never to be counted.
WITH usernames AS (
    SELECT
        lower("Username") AS username,
        first_value("Id" ORDER BY first_seen DESC, "Id") AS user_id
    FROM landing.salesforce_user
    GROUP BY lower("Username")
),
rows AS (
    SELECT
        l."Id" AS own_id,
        l._key AS key,
        coalesce(l."UserId", u.user_id) AS user_id,
        l."LoginTime" AS ts,
        l."Status" AS status,
        l."Application" AS client_app,
        lower(coalesce(l."LoginType", '')) AS login_type,
        lower(coalesce(l."LoginSubType", '')) AS login_sub_type,
        lower(coalesce(l."Application", '')) AS app
    FROM landing.salesforce_loginhistory AS l
    LEFT JOIN usernames AS u
        ON u.username = lower(l."Username")
),
told AS (
    SELECT
        own_id,
        coalesce(own_id, key) AS login_id,
        user_id,
        ts,
        CASE WHEN status = 'Success' THEN 'success' ELSE 'failed' END AS outcome,
        CASE
            WHEN login_type IN (
                'application',
                'saml',
                'saml2',
                'saml idp initiated sso',
                'saml sfdc initiated sso',
                'lightninglogin',
                'lightning login',
                'passwordlesslogin',
                'passwordless login',
                'thirdpartysso',
                'third party sso'
            ) THEN 'web'
            WHEN login_type IN ('remote access 2.0', 'remote access client', 'oauth', 'oauth2') THEN
                CASE
                    WHEN app IN ('salesforce for ios', 'salesforce for android') THEN 'mobile'
                    WHEN app LIKE '%outlook%' OR app LIKE '%gmail%' THEN 'addin_mail'
                    ELSE 'api'
                END
            ELSE 'api'
        END AS channel,
        CASE
            WHEN login_sub_type IN ('oauthrefreshtoken', 'oauth refresh token') THEN 'token'
            WHEN login_type LIKE 'saml%' OR login_type IN ('thirdpartysso', 'third party sso') THEN 'sso'
            ELSE 'password'
        END AS auth,
        client_app
    FROM rows
),
kept AS (
    SELECT *
    FROM told
    WHERE own_id IS NOT NULL
    UNION ALL
    SELECT d.*
    FROM told AS d
    LEFT ANTI JOIN told AS o
        ON o.own_id IS NOT NULL
        AND o.user_id = d.user_id
        AND date_trunc('second', o.ts) = date_trunc('second', d.ts)
        AND o.outcome = d.outcome
        AND o.channel = d.channel
    WHERE d.own_id IS NULL
)
SELECT
    'salesforce' AS source,
    login_id,
    user_id,
    ts,
    outcome,
    channel,
    auth,
    client_app,
    'log' AS method
FROM kept
UNION ALL
SELECT
    'salesforce' AS source,
    concat("Id", ' ', CAST("LastLoginDate" AS TEXT)) AS login_id,
    "Id" AS user_id,
    "LastLoginDate" AS ts,
    'success' AS outcome,
    NULL AS channel,
    NULL AS auth,
    NULL AS client_app,
    'snapshot_diff' AS method
FROM landing.salesforce_user
WHERE "LastLoginDate" IS NOT NULL
GROUP BY
    "Id",
    "LastLoginDate"
