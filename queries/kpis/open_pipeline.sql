-- code       = "P01"
-- title      = "Open pipeline"
-- asks       = "How much business is open?"
-- means      = "The amounts of all deals that are open at the end of the period's last day, in the firm's currency; deals in another currency or without an amount are in the denominator only. Grade and office are those of the deal's owner on that day."
-- unit       = "money"
-- numerator  = "deals with an amount"
-- denominator = "open deals"
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
-- created  = { title = "Pipeline created", denominator = "deals created" }
-- coverage = { title = "Open pipeline against what is left of the target", unit = "rate", value = "value/whole", dimensions = [], reads = ["targets"] }

-- One row for each period and deal: those open at its end, or with `created` those born in it. A target is the whole firm's,
-- so `coverage` has one row for each period: what is due in it, over what its target still lacks, nothing once that is met.
WITH deals AS (
    SELECT
        *,
        created_ts >= start_of_day(period_start, project_zone()) AS is_new,
        close_date BETWEEN period_start AND period_end AS is_due
    FROM period_deals
),
covers AS (
    SELECT
        d.period_start,
        count(d.amount) FILTER (WHERE d.status = 'open') AS numerator,
        count(*) FILTER (WHERE d.status = 'open') AS denominator,
        CASE
            WHEN count(*) FILTER (WHERE d.status = 'open' AND d.is_due) = 0 THEN 0
            ELSE sum(d.amount) FILTER (WHERE d.status = 'open' AND d.is_due)
        END AS due,
        t.target - coalesce(sum(d.amount) FILTER (WHERE d.status = 'won' AND d.is_due), 0) AS remaining
    FROM deals AS d
    LEFT JOIN period_targets AS t
        ON t.period_start = d.period_start
        AND t.metric = 'won'
    GROUP BY
        d.period_start,
        t.target
)
SELECT
    period_start,
    grade,
    office,
    location,
    department,
    stage,
    CASE WHEN amount IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator,
    CAST(
        CASE
            WHEN $measure = 'count' THEN 1
            WHEN $measure = 'weighted' THEN amount * probability
            ELSE amount
        END AS DECIMAL(38, 8)
    ) AS value,
    CAST(NULL AS DECIMAL(38, 8)) AS whole
FROM deals
WHERE CASE
    WHEN $measure = 'created' THEN is_new
    WHEN $measure = 'coverage' THEN false
    ELSE status = 'open'
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
