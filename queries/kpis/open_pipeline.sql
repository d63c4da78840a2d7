-- code       = "P01"
-- title      = "Open pipeline"
-- asks       = "How much business is open?"
-- means      = "The amounts of all deals that are open at the end of the period's last day, in the firm's currency; deals in another currency or without an amount are in the denominator only. Grade and office are those of the deal's owner on that day."
-- unit       = "money"
-- better     = "up"
-- privacy    = "N"
-- value      = "value"
-- lacking    = "opportunities have no amount in the firm's currency"
-- attributes = ["event"]
-- dimensions = ["grade", "office", "location", "department", "stage"]
-- reads      = ["deals", "users"]
-- [option.measure]
-- amount   = {}
-- count    = { title = "Open deals", unit = "count" }
-- weighted = { title = "Open pipeline, weighted by probability" }
-- created  = { title = "Pipeline created" }
-- coverage = { title = "Open pipeline against what is left of the target", unit = "rate", value = "value/whole", dimensions = [], reads = ["targets"] }

-- One row for each period and deal: those open at its end, or with `created` those born in it. A target is the whole firm's,
-- so `coverage` has one row for each period: what is due in it, over what its target still lacks, nothing once that is met.
WITH ends AS (
    SELECT
        period_start,
        period_end,
        at,
        start_of_day(period_start, project_zone()) AS begin_ts,
        start_of_day(at + 1, project_zone()) AS end_ts
    FROM periods
),
states AS (
    SELECT
        e.period_start,
        e.period_end,
        e.at,
        h.owner_id,
        h.stage,
        h.status,
        h.close_date,
        h.probability,
        h.created_ts >= e.begin_ts AS is_new,
        h.close_date BETWEEN e.period_start AND e.period_end AS is_due,
        CASE WHEN coalesce(h.currency, currency()) = currency() THEN h.amount END AS amount
    FROM ends AS e
    JOIN opportunity_history AS h
        ON h.valid_from < e.end_ts
        AND (h.valid_to IS NULL OR h.valid_to >= e.end_ts)
    WHERE h.status <> 'gone'
),
target_days AS (
    SELECT
        period_start,
        d,
        date_trunc('month', d) AS month
    FROM (
        SELECT
            period_start,
            CAST(unnest(generate_series(period_start, period_end, INTERVAL '1 day')) AS DATE) AS d
        FROM periods
    ) AS all_days
),
target_months AS (
    SELECT
        m.period_start,
        m.month,
        t.target * count(*) / (CAST(m.month + INTERVAL '1 month' AS DATE) - CAST(m.month AS DATE)) AS target
    FROM target_days AS m
    JOIN targets AS t
        ON (t.valid_from IS NULL OR m.d >= t.valid_from)
        AND (t.valid_to IS NULL OR m.d < t.valid_to)
    WHERE t.metric = 'won'
        AND coalesce(t.scope, '') = ''
    GROUP BY
        m.period_start,
        m.month,
        t.target
),
period_targets AS (
    SELECT
        period_start,
        sum(target) AS target
    FROM target_months
    GROUP BY period_start
),
covers AS (
    SELECT
        s.period_start,
        count(s.amount) FILTER (WHERE s.status = 'open') AS numerator,
        count(*) FILTER (WHERE s.status = 'open') AS denominator,
        CASE
            WHEN count(*) FILTER (WHERE s.status = 'open' AND s.is_due) = 0 THEN 0
            ELSE sum(s.amount) FILTER (WHERE s.status = 'open' AND s.is_due)
        END AS due,
        t.target - coalesce(sum(s.amount) FILTER (WHERE s.status = 'won' AND s.is_due), 0) AS remaining
    FROM states AS s
    LEFT JOIN period_targets AS t
        ON t.period_start = s.period_start
    GROUP BY
        s.period_start,
        t.target
)
SELECT
    s.period_start,
    coalesce(h.grade, '(none)') AS grade,
    coalesce(h.office, '(none)') AS office,
    coalesce(h.location, '(none)') AS location,
    coalesce(h.department, '(none)') AS department,
    coalesce(s.stage, '(none)') AS stage,
    CASE WHEN s.amount IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator,
    CAST(
        CASE
            WHEN $measure = 'count' THEN 1
            WHEN $measure = 'weighted' THEN s.amount * s.probability
            ELSE s.amount
        END AS DECIMAL(38, 8)
    ) AS value,
    CAST(NULL AS DECIMAL(38, 8)) AS whole
FROM states AS s
LEFT JOIN person_of_user AS u
    ON u.user_id = s.owner_id
    AND u.is_human
LEFT JOIN person_history AS h
    ON h.person_id = u.person_id
    AND s.at >= h.valid_from
    AND (h.valid_to IS NULL OR s.at < h.valid_to)
WHERE CASE
    WHEN $measure = 'created' THEN s.is_new
    WHEN $measure = 'coverage' THEN false
    ELSE s.status = 'open'
END
UNION ALL
SELECT
    period_start,
    '(whole firm)' AS grade,
    '(whole firm)' AS office,
    '(whole firm)' AS location,
    '(whole firm)' AS department,
    '(whole firm)' AS stage,
    numerator,
    denominator,
    CAST(due AS DECIMAL(38, 8)) AS value,
    CAST(CASE WHEN remaining > 0 THEN remaining END AS DECIMAL(38, 8)) AS whole
FROM covers
WHERE $measure = 'coverage'
