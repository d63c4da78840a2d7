-- Which rows does the login history have, and whose? A user is an e-mail or a name there.
WITH users AS (
    SELECT
        lower(trim("Email")) AS word,
        first_value("Record_Id" ORDER BY first_seen DESC) AS user_id
    FROM landing.zoho_users
    GROUP BY lower(trim("Email"))
    UNION
    SELECT
        lower(trim(coalesce("Full_Name", concat_ws(' ', "First_Name", "Last_Name")))) AS word,
        first_value("Record_Id" ORDER BY first_seen DESC) AS user_id
    FROM landing.zoho_users
    GROUP BY lower(trim(coalesce("Full_Name", concat_ws(' ', "First_Name", "Last_Name"))))
    HAVING count(DISTINCT "Record_Id") = 1
)
SELECT
    'zoho' AS source,
    l._key AS login_id,
    coalesce(u.user_id, lower(trim(l."User"))) AS user_id,
    l."Login_Time" AS ts,
    CASE WHEN lower(coalesce(l."Status", '')) LIKE '%fail%' THEN 'failed' ELSE 'success' END AS outcome,
    CASE
        WHEN lower(coalesce(l."Login_Type", '')) LIKE '%api%' THEN 'api'
        WHEN lower(concat_ws(' ', l."Device", l."Login_Type", l."Browser")) LIKE '%mobile%' THEN 'mobile'
        ELSE 'web'
    END AS channel,
    'password' AS auth,
    l."Browser" AS client_app,
    'log' AS method
FROM landing.zoho_login_history AS l
LEFT JOIN users AS u
    ON u.word = lower(trim(l."User"))
