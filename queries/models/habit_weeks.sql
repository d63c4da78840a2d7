-- stored
-- On which days of a week did a person work as a habit wants it, and on which could they have? Days are bits, Monday 1 to Sunday
-- 64. Imports and what software captured do not keep a day. Available are the working days of the person's own week and
-- calendar, with a licence, from the 15th day on. Where no leave is known at all, a week without any event is taken for leave
-- and has no row. Days in `late` were kept only after their end in the project's zone.
WITH captured AS (
    SELECT DISTINCT
        source,
        activity_id
    FROM activities
    WHERE origin IN ('auto_capture', 'api', 'import', 'migration')
),
events AS (
    SELECT
        e.person_id,
        e.local_date,
        min(CASE WHEN i.record_id IS NULL THEN e.ts END) AS kept_ts
    FROM work_events AS e
    LEFT JOIN captured AS c
        ON c.source = e.source
        AND c.activity_id = e.record_id
    LEFT JOIN imported_records AS i
        ON i.source = e.source
        AND i.record_id = e.record_id
        AND i.ts = e.ts
    WHERE c.activity_id IS NULL
    GROUP BY
        e.person_id,
        e.local_date
),
worked AS (
    SELECT
        person_id,
        period_start(local_date, 'week') AS week,
        coalesce(
            bit_or(1 << (CAST(extract(ISODOW FROM local_date) AS BIGINT) - 1)) FILTER (WHERE kept_ts IS NOT NULL),
            0
        ) AS kept,
        coalesce(
            bit_or(1 << (CAST(extract(ISODOW FROM local_date) AS BIGINT) - 1)) FILTER (
                WHERE kept_ts >= start_of_day(local_date + 1, project_zone())
            ),
            0
        ) AS late
    FROM events
    GROUP BY
        person_id,
        period_start(local_date, 'week')
),
known_leave AS (
    SELECT
        count(*) > 0 AS is_known
    FROM leaves
),
all_weeks AS (
    SELECT
        CAST(unnest(generate_series(min(week), max(week), INTERVAL '7 days')) AS DATE) AS week
    FROM worked
),
counted AS (
    SELECT
        person_id,
        week
    FROM worked
    UNION
    SELECT
        c.person_id,
        w.week
    FROM all_weeks AS w
    JOIN known_leave AS k
        ON k.is_known
    JOIN person_history AS c
        ON c.is_active
        AND c.valid_from < w.week + 7
        AND (c.valid_to IS NULL OR c.valid_to > w.week)
),
days AS (
    SELECT
        person_id,
        week,
        week + CAST(unnest(generate_series(0, 6)) AS INT) AS d
    FROM counted
),
available AS (
    SELECT
        days.person_id,
        days.week,
        bit_or(c.work_bits & (1 << (CAST(extract(ISODOW FROM days.d) AS BIGINT) - 1))) AS available
    FROM days
    JOIN person_history AS c
        ON c.person_id = days.person_id
        AND c.is_active
        AND days.d >= c.valid_from
        AND (c.valid_to IS NULL OR days.d < c.valid_to)
    JOIN person_starts AS s
        ON s.person_id = days.person_id
        AND days.d >= s.started_on + 14
    LEFT JOIN holidays AS o
        ON o.calendar_id = c.calendar_id
        AND o.d = days.d
    LEFT JOIN leaves AS l
        ON l.person_id = days.person_id
        AND days.d >= l.valid_from
        AND (l.valid_to IS NULL OR days.d < l.valid_to)
    WHERE o.d IS NULL
        AND l.person_id IS NULL
    GROUP BY
        days.person_id,
        days.week
)
SELECT
    a.person_id,
    a.week,
    a.available,
    coalesce(w.kept, 0) & a.available AS kept,
    coalesce(w.late, 0) & a.available AS late
FROM available AS a
LEFT JOIN worked AS w
    ON w.person_id = a.person_id
    AND w.week = a.week
WHERE a.available > 0
ORDER BY
    week
