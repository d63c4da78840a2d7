-- code       = "H01"
-- title      = "People who keep the daily habit"
-- asks       = "Who works in the CRM on at least four of five working days?"
-- means      = "Persons who recorded something on at least 80 % of their available working days, of all persons with an active licence on the period's last day. Weekends, holidays and days outside somebody's own week never hurt; imports and captured mail do not keep a day; the first 14 days with a licence are left out. Leave is not known unless absences are loaded: then a week without any event is taken for leave, and whoever has no other week has not kept the habit. Measured as a mean it is that of persons' kept days over available days, without those persons."
-- unit       = "share"
-- numerator  = "people who keep it"
-- denominator = "licensed people"
-- better     = "up"
-- privacy    = "S"
-- value      = "numerator/denominator"
-- attributes = ["period-end"]
-- dimensions = ["grade", "office", "location", "department", "job_family", "country"]
-- reads      = ["users", "records"]
-- [option.measure]
-- share80 = {}
-- mean    = { title = "Working days with work in the CRM", numerator = "kept days", denominator = "available days", value = "value/whole" }

-- One row for each period and person eligible at its end who had a working day in it.
WITH days AS (
    SELECT
        period_start,
        at,
        d,
        period_start(d, 'week') AS week,
        1 << (CAST(extract(ISODOW FROM d) AS BIGINT) - 1) AS bit
    FROM period_days
),
weeks AS (
    SELECT
        period_start,
        week,
        bit_or(bit) AS bits,
        coalesce(bit_or(bit) FILTER (WHERE d = $as_of), 0) AS last_bit
    FROM days
    GROUP BY
        period_start,
        week
),
kept AS (
    SELECT
        w.period_start,
        h.person_id,
        h.available & w.bits AS available,
        (h.kept & w.bits) - (h.late & w.last_bit) AS kept
    FROM weeks AS w
    JOIN habit_weeks AS h
        ON h.week = w.week
    WHERE h.week BETWEEN period_start(CAST($from AS DATE), 'week') AND $to
),
known_leave AS (
    SELECT count(*) > 0 AS is_known
    FROM leaves
),
calendars AS (
    SELECT DISTINCT
        calendar_id,
        work_bits
    FROM person_history
    WHERE is_active
),
-- Of the weeks that habit_weeks does not have, where no leave is known.
settled AS (
    SELECT
        days.period_start,
        c.calendar_id,
        c.work_bits,
        CAST(CAST(max(days.d) AS INT) - 14 AS DATE) AS by_day
    FROM days
    JOIN calendars AS c
        ON (c.work_bits & days.bit) > 0
    LEFT JOIN holidays AS o
        ON o.calendar_id = c.calendar_id
        AND o.d = days.d
    CROSS JOIN known_leave AS l
    WHERE o.d IS NULL
        AND NOT l.is_known
    GROUP BY
        days.period_start,
        c.calendar_id,
        c.work_bits
),
-- The few calendars of each period, before its many people.
working AS (
    SELECT
        p.period_start,
        p.at,
        c.calendar_id,
        c.work_bits,
        s.by_day AS settled_by
    FROM periods AS p
    CROSS JOIN calendars AS c
    LEFT JOIN settled AS s
        ON s.period_start = p.period_start
        AND s.calendar_id = c.calendar_id
        AND s.work_bits = c.work_bits
),
licensed AS (
    SELECT
        w.period_start,
        w.settled_by,
        h.person_id,
        h.started_on,
        h.grade,
        h.office,
        h.location,
        h.department,
        h.job_family,
        h.country
    FROM working AS w
    JOIN person_history AS h
        ON h.calendar_id = w.calendar_id
        AND h.work_bits = w.work_bits
        AND w.at >= h.valid_from
        AND (h.valid_to IS NULL OR w.at < h.valid_to)
    WHERE h.is_active
),
counted AS (
    SELECT
        k.period_start,
        k.person_id,
        sum(bit_count(k.available)) AS available,
        sum(bit_count(k.kept)) AS kept
    FROM kept AS k
    GROUP BY
        k.period_start,
        k.person_id
)
SELECT
    p.period_start,
    p.person_id,
    p.grade,
    p.office,
    p.location,
    p.department,
    p.job_family,
    p.country,
    CASE
        WHEN $measure = 'mean' THEN coalesce(c.kept, 0)
        WHEN c.available > 0 AND 100 * c.kept >= 80 * c.available THEN 1
        ELSE 0
    END AS numerator,
    CASE WHEN $measure = 'mean' THEN coalesce(c.available, 0) ELSE 1 END AS denominator,
    -- No double: their sum would depend on the order of the rows.
    CASE WHEN c.available > 0 THEN CAST(CAST(c.kept AS DECIMAL(20, 12)) / c.available AS DECIMAL(38, 12)) END AS value,
    CASE WHEN c.available > 0 THEN 1 ELSE 0 END AS whole
FROM licensed AS p
LEFT JOIN counted AS c
    ON c.period_start = p.period_start
    AND c.person_id = p.person_id
WHERE c.available > 0
    OR p.settled_by >= p.started_on
