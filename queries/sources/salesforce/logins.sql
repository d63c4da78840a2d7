-- Which rows does the login log have, and did a human come in by each of them, and how?
-- Labels and codes of LoginType both occur, by how the log was fetched. A type never seen counts as api.
-- Beside the log stands what users' own rows say of their last login: `snapshot_diff`, by no known channel, never to be counted.
WITH rows AS (
    SELECT
        "Id" AS login_id,
        "UserId" AS user_id,
        "LoginTime" AS ts,
        "Status" AS status,
        "Application" AS client_app,
        lower(coalesce("LoginType", '')) AS login_type,
        lower(coalesce("LoginSubType", '')) AS login_sub_type,
        lower(coalesce("Application", '')) AS app
    FROM landing.salesforce_loginhistory
)
SELECT
    'salesforce' AS source,
    login_id,
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
    client_app,
    'log' AS method
FROM rows
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
