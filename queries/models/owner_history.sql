-- Under which grade, office, location and department does the owner of a deal count on a date? One row for each user and stretch.
-- A queue or a robot as owner has no row.
SELECT
    p.user_id,
    p.person_id,
    h.is_active,
    h.grade,
    h.office,
    h.location,
    h.department,
    h.is_client_facing,
    h.valid_from,
    h.valid_to
FROM person_of_user AS p
JOIN person_history AS h
    ON h.person_id = p.person_id
WHERE p.is_human
