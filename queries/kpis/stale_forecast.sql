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
-- reads      = ["deals", "users", "records"]
-- [option.days]

-- One row for each period and deal due, and one for each period and seller who is missing. Numerator and denominator are money too, in
-- whole units of it.
WITH ends AS (
    SELECT
        at,
        start_of_day(at + 1, project_zone()) AS end_ts,
        quarter,
        CAST(quarter - INTERVAL '1 year' AS DATE) AS past_quarter
    FROM (
        SELECT
            at,
            period_start(at, 'quarter') AS quarter
        FROM periods
    ) AS asked
),
deals AS (
    SELECT
        person_id,
        grade,
        office,
        location,
        department,
        amount,
        quarter,
        next_quarter,
        valid_from,
        coalesce(valid_to, DATE '9999-12-31') AS valid_to,
        coalesce(CAST(CAST(quiet_since AS INT) + coalesce(CAST($days AS INT), 14) AS DATE), DATE '9999-12-31') AS stale_on
    FROM deal_stretches
    WHERE status = 'open'
        AND valid_from <= $to
        AND (valid_to IS NULL OR valid_to > $from)
),
sellers AS (
    SELECT DISTINCT
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
-- A deal due in the quarter or in the next one.
busy AS (
    SELECT DISTINCT
        e.at,
        d.person_id
    FROM deals AS d
    JOIN ends AS e
        ON e.at >= d.valid_from
        AND e.at < d.valid_to
        AND (e.quarter = d.quarter OR next_period(e.quarter, 'quarter') = d.quarter)
),
missing AS (
    SELECT s.*
    FROM sellers AS s
    LEFT JOIN busy AS b
        ON b.at = s.at
        AND b.person_id = s.person_id
    WHERE b.person_id IS NULL
),
earned AS (
    SELECT
        m.at,
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
        m.at,
        m.person_id,
        m.grade,
        m.office,
        m.location,
        m.department
),
entries AS (
    SELECT
        'current' AS entry,
        grade,
        office,
        location,
        department,
        CAST(amount AS DECIMAL(38, 8)) AS amount,
        greatest(valid_from, quarter) AS valid_from,
        least(valid_to, next_quarter, stale_on) AS valid_to
    FROM deals
    WHERE valid_from < next_quarter
        AND valid_from < stale_on
    UNION ALL
    SELECT
        'stale' AS entry,
        grade,
        office,
        location,
        department,
        CAST(amount AS DECIMAL(38, 8)) AS amount,
        greatest(valid_from, quarter, stale_on) AS valid_from,
        least(valid_to, next_quarter) AS valid_to
    FROM deals
    WHERE valid_from < next_quarter
        AND stale_on < least(next_quarter, valid_to)
    UNION ALL
    SELECT
        'missing' AS entry,
        grade,
        office,
        location,
        department,
        CAST(coalesce(amount, 0) AS DECIMAL(38, 8)) AS amount,
        at AS valid_from,
        at + 1 AS valid_to
    FROM earned
)
SELECT
    valid_from,
    valid_to,
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
