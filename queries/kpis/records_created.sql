-- code       = "R01"
-- title      = "Records created"
-- asks       = "How many contacts, accounts, leads, opportunities and cases do people create?"
-- means      = "Contacts, accounts, leads, opportunities and cases that people created in the period, without those that were gone again within 7 days. A record is its creator's, on their own day, whoever owns it. More than 50 of one object in one hour by one creator are an import, and no work of theirs. The denominator is the persons with an active licence on the period's last day."
-- unit       = "count"
-- numerator  = "records"
-- denominator = "licensed people"
-- better     = "up"
-- privacy    = "A"
-- value      = "value"
-- attributes = ["event", "period-end"]
-- dimensions = ["grade", "office", "location", "department", "job_family", "country"]
-- reads      = ["users", "records"]
-- [option.measure]
-- net   = {}
-- gross = { title = "Records created, deleted ones too" }
-- [option.object]
-- all         = {}
-- contact     = { title = "Contacts created" }
-- account     = { title = "Accounts created" }
-- lead        = { title = "Leads created" }
-- opportunity = { title = "Opportunities created" }
-- case        = { title = "Cases created" }
-- [option.origin]
-- people = {}
-- import = { title = "Records imported" }
-- api    = { title = "Records created by systems" }

-- One row for each period and record, and one for each period and person who could have created some.
WITH created AS (
    SELECT
        days.period_start,
        c.person_id,
        CASE WHEN $attributes = 'event' THEN days.d ELSE days.at END AS attributes_on
    FROM period_days AS days
    JOIN created_records AS c
        ON c.local_date = days.d
    LEFT JOIN brief_records AS b
        ON b.object = c.object
        AND b.record_id = c.record_id
        AND (b.valid_from IS NULL OR b.valid_from <= $as_of)
        AND (b.valid_to IS NULL OR $as_of < b.valid_to)
    WHERE c.ts < start_of_day($as_of + 1, project_zone())
        AND ($measure = 'gross' OR b.record_id IS NULL)
        AND ($object = 'all' OR c.object = $object)
        AND CASE
            WHEN $origin = 'import' THEN c.origin IN ('import', 'migration')
            WHEN $origin = 'api' THEN c.origin IN ('api', 'auto_capture')
            ELSE c.person_id IS NOT NULL AND c.origin IN ('ui', 'mobile', 'addin')
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
FROM created AS c
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
