-- stored
-- Under which grade, office and department does a person count on a date, and are they active then?
-- One row for each stretch, without gaps. Who is not active counts under the attributes of the last active day, and
-- before the first active day under those of the date itself. Two user rows of one person bear the same attributes.
-- Their holidays are those of the calendar called like their office, else their location, else their country (by name or
-- by its two letters), else the firm's.
WITH humans AS (
    SELECT
        *,
        min(CASE WHEN status = 'active' THEN valid_from END) OVER (PARTITION BY person_id) AS first_day
    FROM user_history
    WHERE user_kind = 'human'
),
turns AS (
    SELECT
        person_id,
        valid_from AS d,
        CASE WHEN status = 'active' THEN 1 ELSE 0 END AS more,
        grade,
        job_family,
        department,
        office,
        location,
        country,
        is_client_facing,
        is_leader,
        work_bits
    FROM humans
    WHERE status = 'active'
        OR valid_from < first_day
    UNION ALL
    SELECT
        person_id,
        valid_to AS d,
        -1 AS more,
        NULL AS grade,
        NULL AS job_family,
        NULL AS department,
        NULL AS office,
        NULL AS location,
        NULL AS country,
        NULL AS is_client_facing,
        NULL AS is_leader,
        NULL AS work_bits
    FROM humans
    WHERE status = 'active'
        AND valid_to IS NOT NULL
),
days AS (
    SELECT
        person_id,
        d,
        sum(more) AS more,
        max(grade) AS grade,
        max(job_family) AS job_family,
        max(department) AS department,
        max(office) AS office,
        max(location) AS location,
        max(country) AS country,
        max(is_client_facing) AS is_client_facing,
        max(is_leader) AS is_leader,
        max(work_bits) AS work_bits
    FROM turns
    GROUP BY
        person_id,
        d
),
stretches AS (
    SELECT
        person_id,
        sum(more) OVER so_far > 0 AS is_active,
        last_value(grade) IGNORE NULLS OVER so_far AS grade,
        last_value(job_family) IGNORE NULLS OVER so_far AS job_family,
        last_value(department) IGNORE NULLS OVER so_far AS department,
        last_value(office) IGNORE NULLS OVER so_far AS office,
        last_value(location) IGNORE NULLS OVER so_far AS location,
        last_value(country) IGNORE NULLS OVER so_far AS country,
        last_value(is_client_facing) IGNORE NULLS OVER so_far AS is_client_facing,
        last_value(is_leader) IGNORE NULLS OVER so_far AS is_leader,
        last_value(work_bits) IGNORE NULLS OVER so_far AS work_bits,
        d AS valid_from,
        lead(d) OVER (PARTITION BY person_id ORDER BY d) AS valid_to
    FROM days
    WINDOW so_far AS (PARTITION BY person_id ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
calendars AS (
    SELECT DISTINCT calendar_id
    FROM holidays
)
SELECT
    s.person_id,
    p.started_on,
    s.is_active,
    s.grade,
    s.job_family,
    s.department,
    s.office,
    s.location,
    s.country,
    s.is_client_facing,
    s.is_leader,
    s.work_bits,
    coalesce(o.calendar_id, l.calendar_id, c.calendar_id, t.calendar_id, 'default') AS calendar_id,
    s.valid_from,
    s.valid_to
FROM stretches AS s
LEFT JOIN person_starts AS p
    ON p.person_id = s.person_id
LEFT JOIN calendars AS o
    ON o.calendar_id = s.office
LEFT JOIN calendars AS l
    ON l.calendar_id = s.location
LEFT JOIN calendars AS c
    ON c.calendar_id = s.country
LEFT JOIN country_codes AS k
    ON k.name = lower(s.country)
LEFT JOIN calendars AS t
    ON t.calendar_id = k.code
