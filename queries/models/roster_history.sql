-- stored
-- Which line of the roster holds for a person, from when to when?
-- A line without an employee number belongs to whoever else bears its e-mail, where only one does. Lines of a person never overlap: the next
-- one ends the last.
WITH named AS (
    SELECT
        *,
        coalesce(
            employee_number,
            CASE
                WHEN min(employee_number) OVER (PARTITION BY lower(email)) = max(employee_number) OVER (PARTITION BY lower(email)) THEN
                    min(employee_number) OVER (PARTITION BY lower(email))
            END,
            lower(email)
        ) AS person_id
    FROM roster
    WHERE employee_number IS NOT NULL
        OR email IS NOT NULL
),
ended AS (
    SELECT
        person_id,
        employee_number,
        email,
        name,
        grade,
        job_family,
        department,
        office,
        location,
        country,
        manager_email,
        tz,
        work_days,
        fte,
        is_client_facing,
        is_leader,
        valid_from,
        least(valid_to, lead(valid_from) OVER (PARTITION BY person_id ORDER BY valid_from, valid_to)) AS valid_to
    FROM named
)
SELECT *
FROM ended
WHERE valid_to IS NULL
    OR valid_from < valid_to
