-- stored
-- Which human being stands behind a user row, if one does?
-- Roster and CRM are matched by e-mail, else by username, else by employee number. A user without a line is a person of their own.
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
matched AS (
    SELECT
        u.user_id,
        coalesce(min(e.person_id), min(n.person_id), min(m.person_id)) AS person_id,
        first_value(u.user_kind ORDER BY u.valid_from DESC) AS user_kind
    FROM crm_users AS u
    LEFT JOIN emails AS e
        ON e.email = lower(u.email)
    LEFT JOIN emails AS n
        ON n.email = lower(u.username)
    LEFT JOIN numbers AS m
        ON m.employee_number = u.employee_number
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
