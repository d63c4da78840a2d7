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

-- Who has a licence, for stretches of days; and on the last day of each period who of them had an event in it.
WITH active AS (
    SELECT
        at,
        day_after,
        person_id,
        is_leader,
        grade,
        office,
        location,
        department,
        job_family,
        country
    FROM period_activity
    WHERE is_active
        AND grain = $grain
        AND basis = 'work'
        AND period_start BETWEEN $from AND $to
        AND first_ts < start_of_day($as_of + 1, project_zone())
    UNION ALL
    SELECT
        p.at,
        p.at + 1 AS day_after,
        p.person_id,
        p.is_leader,
        p.grade,
        p.office,
        p.location,
        p.department,
        p.job_family,
        p.country
    FROM period_people AS p
    JOIN active_days AS a
        ON a.person_id = p.person_id
        AND a.local_date = p.period_start
    WHERE $grain = 'day'
        AND a.basis = 'work'
        AND a.first_ts < start_of_day($as_of + 1, project_zone())
),
told AS (
    SELECT
        at AS valid_from,
        day_after AS valid_to,
        * EXCLUDE (at, day_after),
        1 AS numerator,
        0 AS denominator
    FROM active
    UNION ALL
    SELECT
        valid_from,
        valid_to,
        person_id,
        is_leader,
        grade,
        office,
        location,
        department,
        job_family,
        country,
        0 AS numerator,
        1 AS denominator
    FROM person_history
    WHERE is_active
        AND valid_from <= $to
        AND (valid_to IS NULL OR valid_to > $from)
)
SELECT
    valid_from,
    valid_to,
    person_id,
    CASE WHEN is_leader THEN 'leaders' ELSE 'others' END AS state,
    CASE WHEN is_leader THEN 1 ELSE 2 END AS ord,
    grade,
    office,
    location,
    department,
    job_family,
    country,
    numerator,
    denominator
FROM told
