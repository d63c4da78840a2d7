-- What does the roster say of a person on a date, without gaps? Where no line holds, nothing.
WITH gaps AS (
    SELECT
        person_id,
        valid_to AS valid_from,
        lead(valid_from) OVER (PARTITION BY person_id ORDER BY valid_from) AS valid_to
    FROM roster_history
    UNION ALL
    SELECT
        person_id,
        DATE '1900-01-01' AS valid_from,
        min(valid_from) AS valid_to
    FROM roster_history
    GROUP BY person_id
)
SELECT
    person_id,
    grade,
    job_family,
    department,
    office,
    location,
    country,
    tz,
    work_days,
    fte,
    is_client_facing,
    is_leader,
    valid_from,
    valid_to
FROM roster_history
UNION ALL
SELECT
    person_id,
    NULL AS grade,
    NULL AS job_family,
    NULL AS department,
    NULL AS office,
    NULL AS location,
    NULL AS country,
    NULL AS tz,
    NULL AS work_days,
    NULL AS fte,
    NULL AS is_client_facing,
    NULL AS is_leader,
    valid_from,
    valid_to
FROM gaps
WHERE valid_from IS NOT NULL
    AND (valid_to IS NULL OR valid_from < valid_to)
