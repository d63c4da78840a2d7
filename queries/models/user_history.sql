-- stored
-- Who was a user on a date: with which status, grade and office? One row for each stretch in which nothing changed.
-- The roster gives the attributes of those who are on it, '(none)' before its first and after its last line; the CRM those of all others.
-- `work_bits` are days of the week, Monday 1 to Sunday 64; Monday to Friday where the roster is silent.
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
    coalesce(r.is_client_facing, false) AS is_client_facing,
    coalesce(r.is_leader, l.grade IS NOT NULL) AS is_leader,
    u.manager_id,
    coalesce(r.tz, u.tz, project_zone()) AS tz,
    r.work_days,
    coalesce(w.days, 31) AS work_bits,
    r.fte,
    coalesce(u.profile, u.profile_id) AS licence_type,
    CASE WHEN b.user_id IS NOT NULL THEN 'integration' ELSE u.user_kind END AS user_kind,
    h.status,
    u.created_ts AS crm_start_ts,
    greatest(h.valid_from, r.valid_from) AS valid_from,
    least(h.valid_to, r.valid_to) AS valid_to
FROM user_stretches AS h
JOIN crm_users AS u
    ON u.user_id = h.user_id
    AND u.valid_from = h.version_from
JOIN person_of_user AS p
    ON p.user_id = h.user_id
LEFT JOIN robot_users AS b
    ON b.user_id = h.user_id
LEFT JOIN roster_stretches AS r
    ON r.person_id = h.person_id
    AND (r.valid_to IS NULL OR h.valid_from < r.valid_to)
    AND (h.valid_to IS NULL OR r.valid_from < h.valid_to)
LEFT JOIN work_weeks AS w
    ON w.work_days = r.work_days
LEFT JOIN leader_grades AS l
    ON l.grade = CASE WHEN p.is_on_roster THEN r.grade ELSE u.title END
