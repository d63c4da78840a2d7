-- stored
-- Under which grade, office, location and department does the owner of a deal count on a date? One row for each user and stretch, without
-- gaps; before the first day of their history a user counts under nothing. A queue or a robot as owner has no row.
WITH owners AS (
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
)
SELECT *
FROM owners
UNION ALL
SELECT
    user_id,
    NULL AS person_id,
    NULL AS is_active,
    NULL AS grade,
    NULL AS office,
    NULL AS location,
    NULL AS department,
    NULL AS is_client_facing,
    DATE '1900-01-01' AS valid_from,
    min(valid_from) AS valid_to
FROM owners
GROUP BY user_id
