-- stored
-- Which human being stands behind a user row, if one does?
-- Roster and CRM are matched by e-mail, else by username, else by employee number. A user without a line is a person of their own.
WITH roster_keys AS (
    SELECT DISTINCT
        person_id,
        lower(email) AS email,
        employee_number
    FROM roster_history
),
matches AS (
    SELECT
        u.user_id,
        r.person_id,
        1 AS way
    FROM crm_users AS u
    JOIN roster_keys AS r
        ON r.email = lower(u.email)
    UNION ALL
    SELECT
        u.user_id,
        r.person_id,
        2 AS way
    FROM crm_users AS u
    JOIN roster_keys AS r
        ON r.email = lower(u.username)
    UNION ALL
    SELECT
        u.user_id,
        r.person_id,
        3 AS way
    FROM crm_users AS u
    JOIN roster_keys AS r
        ON r.employee_number = u.employee_number
),
ranked AS (
    SELECT
        user_id,
        person_id,
        row_number() OVER (PARTITION BY user_id ORDER BY way, person_id) AS choice
    FROM matches
),
newest AS (
    SELECT
        user_id,
        user_kind,
        row_number() OVER (PARTITION BY user_id ORDER BY valid_from DESC) AS version
    FROM crm_users
)
SELECT
    n.user_id,
    coalesce(m.person_id, n.user_id) AS person_id,
    m.person_id IS NOT NULL AS is_on_roster,
    n.user_kind = 'human' AND r.user_id IS NULL AS is_human
FROM newest AS n
LEFT JOIN ranked AS m
    ON m.user_id = n.user_id
    AND m.choice = 1
LEFT JOIN robot_users AS r
    ON r.user_id = n.user_id
WHERE n.version = 1
