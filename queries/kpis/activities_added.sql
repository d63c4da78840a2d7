-- code       = "R02"
-- title      = "Activities added"
-- asks       = "How many meetings, calls, mails and tasks do people write down?"
-- means      = "Meetings, calls, mails and tasks that people added to the CRM in the period, without deleted ones. An activity is its creator's, on their own day. A meeting counts once however many attend, a recurring series once, when it is made. What capture software or an import added is not in it. The denominator is the persons with an active licence on the period's last day."
-- unit       = "count"
-- numerator  = "activities"
-- denominator = "licensed people"
-- better     = "up"
-- privacy    = "A"
-- value      = "value"
-- attributes = ["event", "period-end"]
-- dimensions = ["grade", "office", "location", "department", "job_family", "country"]
-- reads      = ["users", "activities"]
-- [option.moment]
-- added    = {}
-- happened = { title = "Activities that happened" }
-- [option.type]
-- all     = {}
-- meeting = { title = "Meetings" }
-- call    = { title = "Calls" }
-- email   = { title = "Mails" }
-- task    = { title = "Tasks" }
-- [option.origin]
-- people   = {}
-- captured = { title = "Activities captured by software" }
-- import   = { title = "Activities imported" }

-- One row for each period and activity, and one for each period and person who could have added some.
WITH counted AS (
    SELECT
        days.period_start,
        m.person_id,
        CASE WHEN $attributes = 'event' THEN days.d ELSE days.at END AS attributes_on
    FROM period_days AS days
    JOIN activity_moments AS m
        ON m.local_date = days.d
    WHERE m.moment = $moment
        AND m.added_ts < start_of_day($as_of + 1, project_zone())
        AND (m.ts IS NULL OR m.ts < start_of_day($as_of + 1, project_zone()))
        AND (m.known_from IS NULL OR m.known_from <= $as_of)
        AND (m.known_to IS NULL OR $as_of < m.known_to)
        AND ($type = 'all' OR m.type = $type)
        AND CASE
            WHEN $origin = 'import' THEN m.origin IN ('import', 'migration')
            WHEN $origin = 'captured' THEN m.origin IN ('api', 'auto_capture')
            ELSE m.person_id IS NOT NULL AND m.origin IN ('ui', 'mobile', 'addin')
        END
)
SELECT
    c.period_start,
    c.person_id,
    coalesce(h.grade, '(none)') AS grade,
    coalesce(h.office, '(none)') AS office,
    coalesce(h.location, '(none)') AS location,
    coalesce(h.department, '(none)') AS department,
    coalesce(h.job_family, '(none)') AS job_family,
    coalesce(h.country, '(none)') AS country,
    1 AS numerator,
    0 AS denominator,
    1 AS value
FROM counted AS c
LEFT JOIN person_history AS h
    ON h.person_id = c.person_id
    AND c.attributes_on >= h.valid_from
    AND (h.valid_to IS NULL OR c.attributes_on < h.valid_to)
UNION ALL
SELECT
    period_start,
    person_id,
    grade,
    office,
    location,
    department,
    job_family,
    country,
    0 AS numerator,
    1 AS denominator,
    0 AS value
FROM period_people
