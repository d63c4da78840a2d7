-- stored
-- Who was on approved leave, from when to when? People are found by employee number, else by e-mail.
WITH numbers AS (
    SELECT
        employee_number,
        min(person_id) AS person_id
    FROM people
    GROUP BY employee_number
),
emails AS (
    SELECT
        lower(email) AS email,
        min(person_id) AS person_id
    FROM people
    GROUP BY lower(email)
)
SELECT
    coalesce(n.person_id, e.person_id) AS person_id,
    a.valid_from,
    a.valid_to
FROM absences AS a
LEFT JOIN numbers AS n
    ON n.employee_number = a.employee_number
LEFT JOIN emails AS e
    ON e.email = lower(a.email)
WHERE coalesce(n.person_id, e.person_id) IS NOT NULL
