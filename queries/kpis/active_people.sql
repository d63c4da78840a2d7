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

-- One row for each period and person eligible at its end; with `window`, events of that many days up to the end count.
-- Who had an event and was gone at the end is in neither count, and told as `left`.
WITH days AS (
    SELECT
        period_start,
        CAST(unnest(generate_series(first_day, at, INTERVAL '1 day')) AS DATE) AS d
    FROM (
        SELECT
            period_start,
            at,
            coalesce(at - CAST($window AS INT) + 1, period_start) AS first_day
        FROM periods
    ) AS asked
),
active AS (
    SELECT
        p.period_start,
        a.person_id
    FROM periods AS p
    JOIN active_periods AS a
        ON a.period_start = p.period_start
        AND a.first_date <= p.at
    WHERE $window IS NULL
        AND a.grain = $grain
        AND a.basis = $basis
        AND a.period_start BETWEEN $from AND $to
        AND a.first_ts < start_of_day($as_of + 1, project_zone())
    UNION ALL
    SELECT DISTINCT
        days.period_start,
        a.person_id
    FROM days
    JOIN active_days AS a
        ON a.local_date = days.d
    WHERE ($window IS NOT NULL OR $grain = 'day')
        AND a.basis = $basis
        AND a.first_ts < start_of_day($as_of + 1, project_zone())
)
SELECT
    p.period_start,
    h.person_id,
    h.grade,
    h.office,
    h.location,
    h.department,
    h.job_family,
    h.country,
    CASE WHEN h.is_active AND a.person_id IS NOT NULL THEN 1 ELSE 0 END AS numerator,
    CASE WHEN h.is_active THEN 1 ELSE 0 END AS denominator,
    CASE WHEN h.is_active THEN 0 ELSE 1 END AS left
FROM periods AS p
JOIN person_history AS h
    ON p.at >= h.valid_from
    AND (h.valid_to IS NULL OR p.at < h.valid_to)
LEFT JOIN active AS a
    ON a.period_start = p.period_start
    AND a.person_id = h.person_id
WHERE h.is_active
    OR (a.person_id IS NOT NULL AND h.valid_from > p.period_start)
