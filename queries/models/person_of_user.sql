-- stored
-- Which human being stands behind a user row, if one does?
-- Roster and CRM are matched by e-mail, username and employee number. Where these name two people it is neither of them, and
-- `person_conflicts` lists it: nothing is guessed. A user of whom the CRM tells no e-mail and no number is matched by name, where only one
-- person bears it. Users whom no roster tells are one person where CRMs tell the same e-mail of them, or the same employee number; not
-- where numbers differ, nor where one CRM has several names for one e-mail, as of a mailbox that people share. Any other is a person of
-- their own.
WITH names AS (
    SELECT
        lower(trim(name)) AS name,
        min(person_id) AS person_id
    FROM roster_history
    GROUP BY lower(trim(name))
    HAVING count(DISTINCT person_id) = 1
),
agreed AS (
    SELECT
        user_id,
        min(person_id) AS person_id,
        count(DISTINCT person_id) AS people
    FROM person_candidates
    GROUP BY user_id
),
named AS (
    SELECT
        u.user_id,
        min(a.person_id) AS person_id,
        first_value(u.user_kind ORDER BY u.valid_from DESC) AS user_kind
    FROM crm_users AS u
    LEFT JOIN names AS a
        ON a.name = lower(trim(u.name))
        AND u.email IS NULL
        AND u.employee_number IS NULL
    GROUP BY u.user_id
),
matched AS (
    SELECT
        n.user_id,
        n.user_kind,
        CASE WHEN g.people > 1 THEN NULL ELSE coalesce(g.person_id, n.person_id) END AS person_id
    FROM named AS n
    LEFT JOIN agreed AS g
        ON g.user_id = n.user_id
),
mailboxes AS (
    SELECT
        email,
        min(user_id) AS person_id,
        min(employee_number) AS employee_number
    FROM loose_users
    WHERE email IS NOT NULL
    GROUP BY email
    HAVING count(DISTINCT employee_number) <= 1
        AND (count(*) = count(DISTINCT source) OR count(DISTINCT name) = 1)
),
of_mailboxes AS (
    SELECT
        l.user_id,
        coalesce(b.person_id, l.user_id) AS person_id,
        coalesce(b.employee_number, l.employee_number) AS employee_number
    FROM loose_users AS l
    LEFT JOIN mailboxes AS b
        ON b.email = l.email
),
numbered AS (
    SELECT
        employee_number,
        min(person_id) AS person_id
    FROM of_mailboxes
    WHERE employee_number IS NOT NULL
    GROUP BY employee_number
),
alike AS (
    SELECT
        o.user_id,
        min(coalesce(n.person_id, o.person_id)) AS person_id
    FROM of_mailboxes AS o
    LEFT JOIN numbered AS n
        ON n.employee_number = o.employee_number
    GROUP BY o.user_id
)
SELECT
    m.user_id,
    coalesce(m.person_id, a.person_id, m.user_id) AS person_id,
    m.person_id IS NOT NULL AS is_on_roster,
    m.user_kind = 'human' AND r.user_id IS NULL AS is_human
FROM matched AS m
LEFT JOIN alike AS a
    ON a.user_id = m.user_id
LEFT JOIN robot_users AS r
    ON r.user_id = m.user_id
