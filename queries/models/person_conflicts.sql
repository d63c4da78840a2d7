-- stored
-- Where could two be one person, or one be two, and nobody can tell? One row for each line of the roster and each user behind a conflict.
-- None of them is joined on the word that is in doubt: see `person_of_user`. Robots and users that are no people are in none.
WITH users AS (
    SELECT
        u.source,
        u.user_id AS member,
        first_value(u.name ORDER BY u.valid_from DESC) AS name,
        first_value(nullif(lower(trim(u.email)), '') ORDER BY u.valid_from DESC) AS email,
        first_value(nullif(lower(trim(u.username)), '') ORDER BY u.valid_from DESC) AS username,
        first_value(nullif(trim(u.employee_number), '') ORDER BY u.valid_from DESC) AS employee_number
    FROM crm_users AS u
    JOIN person_of_user AS p
        ON p.user_id = u.user_id
    WHERE p.is_human
    GROUP BY
        u.source,
        u.user_id
),
lines AS (
    SELECT
        'roster' AS source,
        person_id AS member,
        first_value(name ORDER BY valid_from DESC) AS name,
        lower(trim(email)) AS email,
        CAST(NULL AS TEXT) AS username,
        first_value(employee_number ORDER BY valid_from DESC) AS employee_number
    FROM roster_history
    GROUP BY
        person_id,
        lower(trim(email))
),
members AS (
    SELECT *
    FROM users
    UNION ALL
    SELECT *
    FROM lines
),
mails AS (
    SELECT email
    FROM members
    WHERE email IS NOT NULL
    GROUP BY email
    HAVING count(DISTINCT employee_number) > 1
),
boxes AS (
    SELECT
        source,
        email
    FROM loose_users
    WHERE email IS NOT NULL
    GROUP BY
        source,
        email
    HAVING count(DISTINCT name) > 1
),
logins AS (
    SELECT username
    FROM users
    WHERE username IS NOT NULL
    GROUP BY username
    HAVING count(DISTINCT email) > 1
        OR count(DISTINCT employee_number) > 1
),
doubtful AS (
    SELECT user_id
    FROM person_candidates
    GROUP BY user_id
    HAVING count(DISTINCT person_id) > 1
)
SELECT
    'one e-mail, several employee numbers' AS kind,
    m.email AS shared,
    m.source,
    m.member,
    m.name,
    m.email,
    m.username,
    m.employee_number
FROM members AS m
JOIN mails AS e
    ON e.email = m.email
UNION ALL
SELECT
    'one e-mail, several users of one CRM' AS kind,
    u.email AS shared,
    u.source,
    u.member,
    u.name,
    u.email,
    u.username,
    u.employee_number
FROM users AS u
JOIN boxes AS b
    ON b.source = u.source
    AND b.email = coalesce(u.email, u.username)
UNION ALL
SELECT
    'one login name, several people' AS kind,
    u.username AS shared,
    u.source,
    u.member,
    u.name,
    u.email,
    u.username,
    u.employee_number
FROM users AS u
JOIN logins AS l
    ON l.username = u.username
UNION ALL
SELECT
    'one user, several people of the roster' AS kind,
    u.member AS shared,
    u.source,
    u.member,
    u.name,
    u.email,
    u.username,
    u.employee_number
FROM users AS u
JOIN doubtful AS d
    ON d.user_id = u.member
UNION ALL
SELECT DISTINCT
    'one user, several people of the roster' AS kind,
    c.user_id AS shared,
    'roster' AS source,
    l.member,
    concat(l.name, ', by ', c.told_by) AS name,
    l.email,
    l.username,
    l.employee_number
FROM person_candidates AS c
JOIN doubtful AS d
    ON d.user_id = c.user_id
JOIN users AS u
    ON u.member = c.user_id
JOIN lines AS l
    ON l.member = c.person_id
