-- stored
-- Which human being stands behind a user row, if one does?
-- Roster and CRM are matched by e-mail, else by username, else by employee number. A user of whom the CRM tells no e-mail and no number is
-- matched by name, where only one person bears it. A user without a line is a person of their own.
WITH emails AS (
    SELECT
        lower(email) AS email,
        min(person_id) AS person_id
    FROM roster_history
    GROUP BY lower(email)
),
numbers AS (
    SELECT
        employee_number,
        min(person_id) AS person_id
    FROM roster_history
    GROUP BY employee_number
),
names AS (
    SELECT
        lower(trim(name)) AS name,
        min(person_id) AS person_id
    FROM roster_history
    GROUP BY lower(trim(name))
    HAVING count(DISTINCT person_id) = 1
),
matched AS (
    SELECT
        u.user_id,
        coalesce(min(e.person_id), min(n.person_id), min(m.person_id), min(a.person_id)) AS person_id,
        first_value(u.user_kind ORDER BY u.valid_from DESC) AS user_kind
    FROM crm_users AS u
    LEFT JOIN emails AS e
        ON e.email = lower(u.email)
    LEFT JOIN emails AS n
        ON n.email = lower(u.username)
    LEFT JOIN numbers AS m
        ON m.employee_number = u.employee_number
    LEFT JOIN names AS a
        ON a.name = lower(trim(u.name))
        AND u.email IS NULL
        AND u.employee_number IS NULL
    GROUP BY u.user_id
)
SELECT
    m.user_id,
    coalesce(m.person_id, m.user_id) AS person_id,
    m.person_id IS NOT NULL AS is_on_roster,
    m.user_kind = 'human' AND r.user_id IS NULL AS is_human
FROM matched AS m
LEFT JOIN robot_users AS r
    ON r.user_id = m.user_id
