-- What does the firm say about its people, and from when to when?
-- With valid_from a line is a dated fact: its newest version holds, and one that vanished ended by then.
-- Without, the file is a snapshot: a line holds from the snapshot that brings it to the one that no longer does.
WITH lines AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY _key ORDER BY first_seen DESC) AS newest
    FROM landing.hr_roster
)
SELECT
    'hr' AS source,
    trim(employee_number) AS employee_number,
    trim(email) AS email,
    name,
    grade,
    job_family,
    department,
    office,
    location,
    country,
    manager_email,
    time_zone AS tz,
    work_days,
    fte,
    is_client_facing,
    is_leader,
    coalesce(valid_from, first_seen) AS valid_from,
    CASE
        WHEN valid_from IS NULL THEN next_seen
        WHEN gone THEN least(valid_to + 1, next_seen)
        ELSE valid_to + 1
    END AS valid_to
FROM lines
WHERE valid_from IS NULL
    OR newest = 1
