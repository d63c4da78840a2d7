-- code       = "U02"
-- title      = "Logins by unique person"
-- asks       = "How often does somebody who logs in log in?"
-- means      = "Logins of the period, divided by the persons who logged in. A login is successful and interactive; rows within 15 minutes of the person's row before are the same login; it belongs to the day on the person's own clock. Everybody counts, leavers too. By event, a person counts once under each grade or office of the period."
-- unit       = "rate"
-- numerator  = "logins"
-- denominator = "people who logged in"
-- better     = "neither"
-- privacy    = "A"
-- value      = "numerator/denominator"
-- attributes = ["period-end", "event"]
-- dimensions = ["grade", "office", "location", "department", "job_family", "country"]
-- reads      = ["users", "logins"]

-- One row for each period, person and, by event, each set of their attributes. What is known of a whole period is counted already.
WITH counted AS (
    SELECT
        *,
        last_date <= at AND last_ts < start_of_day(CAST($as_of AS DATE) + 1, project_zone()) AS is_whole
    FROM period_activity
    WHERE $attributes = 'period-end'
        AND grain = $grain
        AND basis = 'login'
        AND period_start BETWEEN $from AND $to
),
days AS (
    SELECT *
    FROM period_days
    WHERE $attributes = 'event'
        OR $grain = 'day'
),
by_day AS (
    SELECT
        days.period_start,
        l.person_id,
        CASE WHEN $attributes = 'event' THEN days.d ELSE days.at END AS attributes_on,
        count(*) AS logins
    FROM days
    JOIN login_starts AS l
        ON l.local_date = days.d
    WHERE l.ts < start_of_day(CAST($as_of AS DATE) + 1, project_zone())
    GROUP BY
        days.period_start,
        l.person_id,
        CASE WHEN $attributes = 'event' THEN days.d ELSE days.at END
),
logged_in AS (
    SELECT
        period_start,
        person_id,
        grade,
        office,
        location,
        department,
        job_family,
        country,
        events AS logins
    FROM counted
    WHERE is_whole
    UNION ALL
    SELECT
        c.period_start,
        c.person_id,
        c.grade,
        c.office,
        c.location,
        c.department,
        c.job_family,
        c.country,
        count(*) AS logins
    FROM counted AS c
    JOIN login_starts AS l
        ON l.person_id = c.person_id
        AND period_start(l.local_date, $grain) = c.period_start
    WHERE NOT c.is_whole
        AND l.local_date <= c.at
        AND l.ts < start_of_day(CAST($as_of AS DATE) + 1, project_zone())
    GROUP BY
        c.period_start,
        c.person_id,
        c.grade,
        c.office,
        c.location,
        c.department,
        c.job_family,
        c.country
    UNION ALL
    SELECT
        d.period_start,
        d.person_id,
        h.grade,
        h.office,
        h.location,
        h.department,
        h.job_family,
        h.country,
        sum(d.logins) AS logins
    FROM by_day AS d
    LEFT JOIN person_history AS h
        ON h.person_id = d.person_id
        AND d.attributes_on >= h.valid_from
        AND (h.valid_to IS NULL OR d.attributes_on < h.valid_to)
    GROUP BY
        d.period_start,
        d.person_id,
        h.grade,
        h.office,
        h.location,
        h.department,
        h.job_family,
        h.country
)
SELECT
    period_start,
    person_id,
    coalesce(grade, '(none)') AS grade,
    coalesce(office, '(none)') AS office,
    coalesce(location, '(none)') AS location,
    coalesce(department, '(none)') AS department,
    coalesce(job_family, '(none)') AS job_family,
    coalesce(country, '(none)') AS country,
    logins AS numerator,
    1 AS denominator
FROM logged_in
