-- stored
-- Who was a user on a date: with which status, grade and office? One row for each stretch in which nothing changed.
-- The roster gives the attributes of those who are on it, '(none)' before its first and after its last line; the CRM those of all others.
WITH cuts AS (
    SELECT
        user_id,
        valid_from AS d
    FROM user_stretches
    UNION
    SELECT
        s.user_id,
        r.valid_from AS d
    FROM user_stretches AS s
    JOIN roster_history AS r
        ON r.person_id = s.person_id
    UNION
    SELECT
        s.user_id,
        r.valid_to AS d
    FROM user_stretches AS s
    JOIN roster_history AS r
        ON r.person_id = s.person_id
    WHERE r.valid_to IS NOT NULL
),
pieces AS (
    SELECT
        s.user_id,
        s.person_id,
        s.is_active,
        s.version_from,
        c.d AS valid_from,
        least(
            s.valid_to,
            lead(c.d) OVER (PARTITION BY s.user_id, s.valid_from ORDER BY c.d)
        ) AS valid_to
    FROM user_stretches AS s
    JOIN cuts AS c
        ON c.user_id = s.user_id
        AND c.d >= s.valid_from
        AND (s.valid_to IS NULL OR c.d < s.valid_to)
)
SELECT
    h.user_id,
    h.person_id,
    u.source,
    coalesce(CASE WHEN p.is_on_roster THEN r.grade ELSE u.title END, '(none)') AS grade,
    coalesce(r.job_family, '(none)') AS job_family,
    coalesce(CASE WHEN p.is_on_roster THEN r.department ELSE u.department END, '(none)') AS department,
    coalesce(CASE WHEN p.is_on_roster THEN r.office ELSE u.division END, '(none)') AS office,
    coalesce(CASE WHEN p.is_on_roster THEN coalesce(r.location, r.office) ELSE u.city END, '(none)') AS location,
    coalesce(CASE WHEN p.is_on_roster THEN r.country ELSE u.country END, '(none)') AS country,
    r.is_client_facing,
    coalesce(r.is_leader, l.grade IS NOT NULL) AS is_leader,
    u.manager_id,
    coalesce(r.tz, u.tz, project_zone()) AS tz,
    r.work_days,
    r.fte,
    coalesce(u.profile, u.profile_id) AS licence_type,
    CASE WHEN b.user_id IS NOT NULL THEN 'integration' ELSE u.user_kind END AS user_kind,
    CASE WHEN h.is_active THEN 'active' ELSE 'deactivated' END AS status,
    u.created_ts AS crm_start_ts,
    h.valid_from,
    h.valid_to
FROM pieces AS h
JOIN crm_users AS u
    ON u.user_id = h.user_id
    AND u.valid_from = h.version_from
JOIN person_of_user AS p
    ON p.user_id = h.user_id
LEFT JOIN robot_users AS b
    ON b.user_id = h.user_id
LEFT JOIN roster_history AS r
    ON r.person_id = h.person_id
    AND h.valid_from >= r.valid_from
    AND (r.valid_to IS NULL OR h.valid_from < r.valid_to)
LEFT JOIN leader_grades AS l
    ON l.grade = CASE WHEN p.is_on_roster THEN r.grade ELSE u.title END
