-- Who are the human beings we know of? One row each: those of the roster, and those whom only CRMs know, by a name rather than an address.
WITH on_roster AS (
    SELECT
        person_id,
        name,
        email,
        employee_number,
        row_number() OVER (PARTITION BY person_id ORDER BY valid_from DESC) AS newest
    FROM roster_history
),
only_in_crm AS (
    SELECT
        p.person_id,
        u.name,
        u.email,
        u.employee_number,
        row_number() OVER (
            PARTITION BY p.person_id
            ORDER BY coalesce(lower(u.name) = lower(u.email), true), u.valid_from DESC, u.user_id
        ) AS newest
    FROM person_of_user AS p
    JOIN crm_users AS u
        ON u.user_id = p.user_id
    WHERE p.is_human
        AND NOT p.is_on_roster
)
SELECT
    person_id,
    name,
    email,
    employee_number
FROM on_roster
WHERE newest = 1
UNION ALL
SELECT
    person_id,
    name,
    email,
    employee_number
FROM only_in_crm
WHERE newest = 1
