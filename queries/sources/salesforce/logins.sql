-- Which rows do the login logs have, and did a human come in by each of them, and how?
-- Three files may tell of one login: the object LoginHistory, the Setup page's download of it, and the event log. Each stands here once, as
-- the first of them in this order tells it. The download knows neither Id nor UserId: its user is who held the username last, in any
-- letters. Labels and codes of LoginType both occur, by how the log was fetched; a type never seen counts as api. The event log has no
-- word for the app: a remote access is a phone's only where its browser says so. Its hours overlap its days, and its rows of LoginAs are
-- an administrator's.
-- Last comes what users' own rows say of their last login, where no log reaches: `snapshot_diff`, by no known channel, never to be counted.
WITH usernames AS (
    SELECT
        lower("Username") AS username,
        first_value("Id" ORDER BY first_seen DESC, "Id") AS user_id
    FROM landing.salesforce_user
    GROUP BY lower("Username")
),
rows AS (
    SELECT
        CASE WHEN l."Id" IS NOT NULL THEN 1 ELSE 2 END AS teller,
        coalesce(l."Id", l._key) AS login_id,
        coalesce(l."UserId", u.user_id) AS user_id,
        l."LoginTime" AS ts,
        l."Status" = 'Success' AS is_in,
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
        teller,
        login_id,
        user_id,
        ts,
        CASE WHEN is_in THEN 'success' ELSE 'failed' END AS outcome,
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
-- An older file has no LOGIN_TYPE: then the address that was asked for tells a browser from a program.
events AS (
    SELECT
        3 AS teller,
        _key AS login_id,
        nullif(coalesce("USER_ID_DERIVED", "USER_ID"), '000000000000000AAA') AS user_id,
        "TIMESTAMP_DERIVED" AS ts,
        CASE WHEN "LOGIN_STATUS" = 'LOGIN_NO_ERROR' THEN 'success' ELSE 'failed' END AS outcome,
        CASE
            WHEN "LOGIN_TYPE" IN ('A', '5', '8', 'z', 'w', 'j') THEN 'web'
            WHEN "LOGIN_TYPE" IN ('i', '6') AND "BROWSER_TYPE" LIKE '%SalesforceMobileSDK%' THEN 'mobile'
            WHEN "LOGIN_TYPE" IS NULL AND "API_TYPE" IS NULL AND "URI" NOT LIKE '/services/%' THEN 'web'
            ELSE 'api'
        END AS channel,
        CASE
            WHEN lower("LOGIN_SUB_TYPE") = 'oauthrefreshtoken' THEN 'token'
            WHEN "LOGIN_TYPE" IN ('5', '8', 'j') THEN 'sso'
            ELSE 'password'
        END AS auth,
        CAST(NULL AS TEXT) AS client_app
    FROM landing.salesforce_eventloglogin
    WHERE "EVENT_TYPE" = 'Login'
),
logged AS (
    SELECT *
    FROM told
    WHERE teller = 1
    UNION ALL
    SELECT d.*
    FROM told AS d
    LEFT ANTI JOIN told AS o
        ON o.teller = 1
        AND o.user_id = d.user_id
        AND date_trunc('second', o.ts) = date_trunc('second', d.ts)
        AND o.outcome = d.outcome
        AND o.channel = d.channel
    WHERE d.teller = 2
),
kept AS (
    SELECT *
    FROM logged
    UNION ALL
    SELECT e.*
    FROM events AS e
    LEFT ANTI JOIN told AS o
        ON o.user_id = e.user_id
        AND date_trunc('second', o.ts) = date_trunc('second', e.ts)
        AND o.outcome = e.outcome
),
reach AS (
    SELECT
        min(ts) AS first_ts,
        max(ts) AS last_ts
    FROM (
        SELECT "LoginTime" AS ts
        FROM landing.salesforce_loginhistory
        UNION ALL
        SELECT "TIMESTAMP_DERIVED" AS ts
        FROM landing.salesforce_eventloglogin
        WHERE "EVENT_TYPE" = 'Login'
    ) AS logs
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
    concat(u."Id", ' ', CAST(u."LastLoginDate" AS TEXT)) AS login_id,
    u."Id" AS user_id,
    u."LastLoginDate" AS ts,
    'success' AS outcome,
    NULL AS channel,
    NULL AS auth,
    NULL AS client_app,
    'snapshot_diff' AS method
FROM landing.salesforce_user AS u
CROSS JOIN reach AS r
WHERE u."LastLoginDate" IS NOT NULL
    AND (r.first_ts IS NULL OR u."LastLoginDate" < r.first_ts OR u."LastLoginDate" > r.last_ts)
GROUP BY
    u."Id",
    u."LastLoginDate"
