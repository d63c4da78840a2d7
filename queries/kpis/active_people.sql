-- code       = "U01"
-- title      = "People who worked"
-- asks       = "Which share of licensed people worked in the CRM?"
-- means      = "Persons with at least one event in the period, of all persons with an active licence on its last day. Work is a record that they created, changed or completed; a login is one of theirs that succeeded. Two user rows of one human being count once, robots never. Work read from stamps is a lower bound: a change that was overwritten before the next export is lost."
-- unit       = "share"
-- numerator  = "people who worked"
-- denominator = "licensed people"
-- better     = "up"
-- privacy    = "A"
-- value      = "numerator/denominator"
-- attributes = ["period-end"]
-- dimensions = ["grade", "office", "location", "department", "job_family", "country"]
-- reads      = ["users"]
-- [option.basis]
-- work  = { reads = ["records"] }
-- login = { reads = ["logins"], numerator = "people who logged in", title = "People who logged in" }
-- [option.window]

-- Who has a licence, for stretches of days; and on the last day of each period who had an event in it, or with `window` in so many days up to it.
-- Who had an event and was gone at the end is in neither count, and told as `left`.
WITH days AS (
    SELECT
        period_start,
        at,
        CAST(unnest(generate_series(first_day, at, INTERVAL '1 day')) AS DATE) AS d
    FROM (
        SELECT
            period_start,
            at,
            coalesce(at - CAST($window AS INT) + 1, period_start) AS first_day
        FROM periods
    ) AS asked
),
by_day AS (
    SELECT DISTINCT
        days.period_start,
        days.at,
        a.person_id
    FROM days
    JOIN active_days AS a
        ON a.local_date = days.d
    WHERE ($window IS NOT NULL OR $grain = 'day')
        AND a.basis = $basis
        AND a.first_ts < start_of_day($as_of + 1, project_zone())
),
active AS (
    SELECT
        at,
        day_after,
        person_id,
        grade,
        office,
        location,
        department,
        job_family,
        country,
        is_active
    FROM period_activity
    WHERE $window IS NULL
        AND (is_active OR has_left)
        AND grain = $grain
        AND basis = $basis
        AND period_start BETWEEN $from AND $to
        AND first_ts < start_of_day($as_of + 1, project_zone())
    UNION ALL
    SELECT
        b.at,
        b.at + 1 AS day_after,
        b.person_id,
        h.grade,
        h.office,
        h.location,
        h.department,
        h.job_family,
        h.country,
        h.is_active
    FROM by_day AS b
    JOIN person_history AS h
        ON h.person_id = b.person_id
        AND b.at >= h.valid_from
        AND (h.valid_to IS NULL OR b.at < h.valid_to)
    WHERE h.is_active
        OR h.valid_from > b.period_start
)
SELECT
    at AS valid_from,
    day_after AS valid_to,
    person_id,
    grade,
    office,
    location,
    department,
    job_family,
    country,
    CASE WHEN is_active THEN 1 ELSE 0 END AS numerator,
    0 AS denominator,
    CASE WHEN is_active THEN 0 ELSE 1 END AS left
FROM active
UNION ALL
SELECT
    valid_from,
    valid_to,
    person_id,
    grade,
    office,
    location,
    department,
    job_family,
    country,
    0 AS numerator,
    1 AS denominator,
    0 AS left
FROM person_history
WHERE is_active
    AND valid_from <= $to
    AND (valid_to IS NULL OR valid_to > $from)
