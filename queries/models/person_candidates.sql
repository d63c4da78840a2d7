-- Who on the roster could a user be, and by what? By e-mail, by a username that is somebody's e-mail, and by employee number. What several
-- people of the roster bear tells of none of them.
WITH emails AS (
    SELECT
        lower(trim(email)) AS email,
        min(person_id) AS person_id
    FROM roster_history
    WHERE email IS NOT NULL
    GROUP BY lower(trim(email))
    HAVING count(DISTINCT person_id) = 1
),
numbers AS (
    SELECT
        employee_number,
        min(person_id) AS person_id
    FROM roster_history
    WHERE employee_number IS NOT NULL
    GROUP BY employee_number
    HAVING count(DISTINCT person_id) = 1
)
SELECT
    u.user_id,
    e.person_id,
    'e-mail' AS told_by
FROM crm_users AS u
JOIN emails AS e
    ON e.email = lower(trim(u.email))
UNION ALL
SELECT
    u.user_id,
    e.person_id,
    'username' AS told_by
FROM crm_users AS u
JOIN emails AS e
    ON e.email = lower(trim(u.username))
UNION ALL
SELECT
    u.user_id,
    n.person_id,
    'employee number' AS told_by
FROM crm_users AS u
JOIN numbers AS n
    ON n.employee_number = u.employee_number
