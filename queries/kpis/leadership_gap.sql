-- code       = "U13"
-- title      = "Leadership example"
-- asks       = "Do leaders work in the CRM themselves?"
-- means      = "People who worked, among leaders and among everyone else: persons with at least one record that they created, changed or completed in the period, of all persons with an active licence on its last day. A leader is who the roster or the firm's leader grades call so on that day. The gap is the leaders' share less that of the others, in points. What an assistant records in a leader's name is the assistant's."
-- unit       = "share"
-- numerator  = "people who worked"
-- denominator = "licensed people"
-- better     = "up"
-- privacy    = "A"
-- value      = "numerator/denominator"
-- attributes = ["period-end"]
-- split      = "state"
-- headline   = "gap"
-- dimensions = ["grade", "office", "location", "department", "job_family", "country"]
-- reads      = ["users", "records"]
-- [difference]
-- gap = ["leaders", "others"]

-- One row for each period and person eligible at its end.
WITH active AS (
    SELECT
        p.period_start,
        a.person_id
    FROM periods AS p
    JOIN active_periods AS a
        ON a.period_start = p.period_start
        AND a.first_date <= p.at
    WHERE a.grain = $grain
        AND a.basis = 'work'
        AND a.period_start BETWEEN $from AND $to
        AND a.first_ts < start_of_day($as_of + 1, project_zone())
    UNION ALL
    SELECT
        p.period_start,
        a.person_id
    FROM periods AS p
    JOIN active_days AS a
        ON a.local_date = p.period_start
    WHERE $grain = 'day'
        AND a.basis = 'work'
        AND a.first_ts < start_of_day($as_of + 1, project_zone())
)
SELECT
    p.period_start,
    p.person_id,
    CASE WHEN p.is_leader THEN 'leaders' ELSE 'others' END AS state,
    CASE WHEN p.is_leader THEN 1 ELSE 2 END AS ord,
    p.grade,
    p.office,
    p.location,
    p.department,
    p.job_family,
    p.country,
    CASE WHEN a.person_id IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM period_people AS p
LEFT JOIN active AS a
    ON a.period_start = p.period_start
    AND a.person_id = p.person_id
