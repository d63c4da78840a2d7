-- stored
-- Under which grade, office and department does a person count on a date, and are they active then?
-- One row for each stretch, without gaps from the first on. Who is not active counts under the attributes of the last
-- active day, and before the first active day under those of the date itself.
WITH active AS (
    SELECT
        person_id,
        user_id,
        grade,
        job_family,
        department,
        office,
        location,
        country,
        is_client_facing,
        is_leader,
        valid_from,
        valid_to
    FROM user_history
    WHERE user_kind = 'human'
        AND status = 'active'
),
first_days AS (
    SELECT
        person_id,
        min(user_id) AS user_id,
        min(valid_from) AS first_day
    FROM active
    GROUP BY person_id
),
cuts AS (
    SELECT
        person_id,
        valid_from AS d
    FROM active
    UNION
    SELECT
        person_id,
        valid_to AS d
    FROM active
    WHERE valid_to IS NOT NULL
),
stretches AS (
    SELECT
        person_id,
        d AS valid_from,
        lead(d) OVER (PARTITION BY person_id ORDER BY d) AS valid_to
    FROM cuts
),
held AS (
    SELECT
        s.person_id,
        s.valid_from,
        s.valid_to,
        a.user_id,
        a.grade,
        a.job_family,
        a.department,
        a.office,
        a.location,
        a.country,
        a.is_client_facing,
        a.is_leader,
        row_number() OVER (PARTITION BY s.person_id, s.valid_from ORDER BY a.user_id) AS choice
    FROM stretches AS s
    LEFT JOIN active AS a
        ON a.person_id = s.person_id
        AND s.valid_from >= a.valid_from
        AND (a.valid_to IS NULL OR s.valid_from < a.valid_to)
)
SELECT
    person_id,
    user_id IS NOT NULL AS is_active,
    coalesce(grade, lag(grade) OVER (PARTITION BY person_id ORDER BY valid_from)) AS grade,
    coalesce(job_family, lag(job_family) OVER (PARTITION BY person_id ORDER BY valid_from)) AS job_family,
    coalesce(department, lag(department) OVER (PARTITION BY person_id ORDER BY valid_from)) AS department,
    coalesce(office, lag(office) OVER (PARTITION BY person_id ORDER BY valid_from)) AS office,
    coalesce(location, lag(location) OVER (PARTITION BY person_id ORDER BY valid_from)) AS location,
    coalesce(country, lag(country) OVER (PARTITION BY person_id ORDER BY valid_from)) AS country,
    CASE
        WHEN user_id IS NOT NULL THEN is_client_facing
        ELSE lag(is_client_facing) OVER (PARTITION BY person_id ORDER BY valid_from)
    END AS is_client_facing,
    coalesce(is_leader, lag(is_leader) OVER (PARTITION BY person_id ORDER BY valid_from)) AS is_leader,
    valid_from,
    valid_to
FROM held
WHERE choice = 1
UNION ALL
SELECT
    r.person_id,
    false AS is_active,
    coalesce(r.grade, '(none)') AS grade,
    coalesce(r.job_family, '(none)') AS job_family,
    coalesce(r.department, '(none)') AS department,
    coalesce(r.office, '(none)') AS office,
    coalesce(r.location, r.office, '(none)') AS location,
    coalesce(r.country, '(none)') AS country,
    r.is_client_facing,
    coalesce(r.is_leader, l.grade IS NOT NULL) AS is_leader,
    r.valid_from,
    least(r.valid_to, f.first_day) AS valid_to
FROM roster_history AS r
JOIN first_days AS f
    ON f.person_id = r.person_id
LEFT JOIN leader_grades AS l
    ON l.grade = r.grade
WHERE r.valid_from < f.first_day
UNION ALL
SELECT
    f.person_id,
    false AS is_active,
    h.grade,
    h.job_family,
    h.department,
    h.office,
    h.location,
    h.country,
    h.is_client_facing,
    h.is_leader,
    DATE '1900-01-01' AS valid_from,
    f.first_day AS valid_to
FROM first_days AS f
JOIN person_of_user AS p
    ON p.user_id = f.user_id
    AND NOT p.is_on_roster
JOIN active AS h
    ON h.user_id = f.user_id
    AND h.valid_from = f.first_day
