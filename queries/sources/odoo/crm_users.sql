-- Who is a user of Odoo? An export names users by their names; the list of users adds their logins, which are e-mails as a rule.
WITH mentioned AS (
    SELECT trim("user_id") AS name, "create_date" AS ts, first_seen FROM landing.odoo_crm_lead
    UNION ALL
    SELECT trim("create_uid") AS name, "create_date" AS ts, first_seen FROM landing.odoo_crm_lead
    UNION ALL
    SELECT trim("write_uid") AS name, "write_date" AS ts, first_seen FROM landing.odoo_crm_lead
    UNION ALL
    SELECT trim("name") AS name, "create_date" AS ts, first_seen FROM landing.odoo_res_users
),
listed AS (
    SELECT
        trim("name") AS name,
        first_value("login" ORDER BY first_seen DESC) AS login,
        first_value("email" ORDER BY first_seen DESC) AS email,
        first_value(lower(coalesce("active", 'true')) IN ('true', '1', 'yes') ORDER BY first_seen DESC) AS is_active
    FROM landing.odoo_res_users
    GROUP BY trim("name")
)
SELECT
    'odoo' AS source,
    m.name AS user_id,
    coalesce(min(u.login), m.name) AS username,
    coalesce(min(u.email), CASE WHEN min(u.login) LIKE '%@%' THEN min(u.login) END) AS email,
    m.name,
    CASE WHEN m.name IN ('OdooBot', 'System') THEN 'integration' ELSE 'human' END AS user_kind,
    coalesce(bool_or(u.is_active), true) AS is_active,
    min(m.ts) AS created_ts,
    min(m.first_seen) AS valid_from
FROM mentioned AS m
LEFT JOIN listed AS u
    ON u.name = m.name
WHERE m.name IS NOT NULL
    AND m.name <> ''
GROUP BY m.name
