-- code       = "P10"
-- title      = "Stale forecast"
-- asks       = "Which share of this quarter's forecast rests on deals that nobody looks after, or on sellers without any?"
-- means      = "Forecast money: the open deals due in the current fiscal quarter, that of the period's last day, in the firm's currency; deals in another currency or without an amount are left out. Stale: no human being touched the deal or an activity of it for more than 14 days (days). Missing: client-facing people with a licence who owned a deal in this or the four fiscal quarters before and have none open that is due in this quarter or the next; their money is what they won a quarter over those four, and stands on both sides. By entry the parts stand apart. No forecasts are read: whether somebody submitted one is not known. Without a roster that says who is client-facing nobody is missing. Grade and office are the owner's on that day."
-- unit       = "share"
-- numerator  = "stale or missing money"
-- denominator = "forecast money"
-- better     = "down"
-- privacy    = "N"
-- value      = "value/whole"
-- attributes = ["event"]
-- dimensions = ["entry", "grade", "office", "location", "department"]
-- reads      = ["deals", "users"]
-- [option.days]

-- One row for each period and deal due, and one for each period and seller who is missing. Numerator and denominator are money too, in
-- whole units of it.
WITH ends AS (
    SELECT
        period_start,
        at,
        start_of_day(at + 1, project_zone()) AS end_ts,
        start_of_day(at + 1 - coalesce(CAST($days AS INT), 14), project_zone()) AS stale_ts,
        quarter,
        period_start(quarter + 100, 'quarter') AS next_quarter,
        CAST(quarter - INTERVAL '1 year' AS DATE) AS past_quarter,
        start_of_day(CAST(quarter - INTERVAL '1 year' AS DATE), project_zone()) AS past_ts
    FROM (
        SELECT
            period_start,
            at,
            period_start(at, 'quarter') AS quarter
        FROM periods
    ) AS asked
),
-- Each period's quarter and the next one.
quarters AS (
    SELECT
        *,
        quarter AS due_quarter,
        true AS is_due
    FROM ends
    UNION ALL
    SELECT
        *,
        next_quarter AS due_quarter,
        false AS is_due
    FROM ends
),
open_deals AS (
    SELECT
        q.period_start,
        q.stale_ts,
        q.is_due,
        d.opp_id,
        d.person_id,
        d.grade,
        d.office,
        d.location,
        d.department,
        d.created_ts,
        d.amount
    FROM (
        SELECT
            *,
            period_start(close_date, 'quarter') AS quarter
        FROM deal_stretches
        WHERE status = 'open'
            AND valid_from <= $to
            AND (valid_to IS NULL OR valid_to > $from)
    ) AS d
    JOIN quarters AS q
        ON q.due_quarter = d.quarter
        AND q.at >= d.valid_from
        AND (d.valid_to IS NULL OR q.at < d.valid_to)
),
touched AS (
    SELECT DISTINCT
        e.period_start,
        t.opp_id
    FROM deal_touches AS t
    JOIN ends AS e
        ON t.ts >= e.stale_ts
        AND t.ts < e.end_ts
    WHERE t.ts < start_of_day($to + 1, project_zone())
        AND t.ts >= start_of_day($from - coalesce(CAST($days AS INT), 14), project_zone())
),
sellers AS (
    SELECT DISTINCT
        e.period_start,
        e.at,
        e.end_ts,
        e.quarter,
        e.past_quarter,
        h.person_id,
        h.grade,
        h.office,
        h.location,
        h.department
    FROM ends AS e
    JOIN owner_history AS h
        ON e.at >= h.valid_from
        AND (h.valid_to IS NULL OR e.at < h.valid_to)
    JOIN quarter_owners AS o
        ON o.quarter = e.quarter
        AND o.person_id = h.person_id
        AND o.owned_ts < e.end_ts
    WHERE h.is_active
        AND h.is_client_facing
),
busy AS (
    SELECT DISTINCT
        period_start,
        person_id
    FROM open_deals
),
missing AS (
    SELECT s.*
    FROM sellers AS s
    LEFT JOIN busy AS b
        ON b.period_start = s.period_start
        AND b.person_id = s.person_id
    WHERE b.person_id IS NULL
),
earned AS (
    SELECT
        m.period_start,
        m.grade,
        m.office,
        m.location,
        m.department,
        sum(c.amount) / 4 AS amount
    FROM missing AS m
    LEFT JOIN person_of_user AS u
        ON u.person_id = m.person_id
    LEFT JOIN closed_deals AS c
        ON c.closer_id = u.user_id
        AND c.close_date >= m.past_quarter
        AND c.close_date < m.quarter
        AND c.valid_from < m.end_ts
        AND (c.valid_to IS NULL OR c.valid_to >= m.end_ts)
        AND c.status = 'won'
    GROUP BY
        m.period_start,
        m.person_id,
        m.grade,
        m.office,
        m.location,
        m.department
),
entries AS (
    SELECT
        d.period_start,
        CASE WHEN t.opp_id IS NULL AND d.created_ts < d.stale_ts THEN 'stale' ELSE 'current' END AS entry,
        d.grade,
        d.office,
        d.location,
        d.department,
        CAST(d.amount AS DECIMAL(38, 8)) AS amount
    FROM open_deals AS d
    LEFT JOIN touched AS t
        ON t.period_start = d.period_start
        AND t.opp_id = d.opp_id
    WHERE d.is_due
    UNION ALL
    SELECT
        period_start,
        'missing' AS entry,
        grade,
        office,
        location,
        department,
        CAST(coalesce(amount, 0) AS DECIMAL(38, 8)) AS amount
    FROM earned
)
SELECT
    period_start,
    entry,
    coalesce(grade, '(none)') AS grade,
    coalesce(office, '(none)') AS office,
    coalesce(location, '(none)') AS location,
    coalesce(department, '(none)') AS department,
    CASE WHEN entry = 'current' THEN 0 ELSE amount END AS numerator,
    amount AS denominator,
    CASE WHEN entry = 'current' THEN 0 ELSE amount END AS value,
    amount AS whole
FROM entries
