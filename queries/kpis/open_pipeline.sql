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

-- One row for each stretch of days of an open deal; with `created` for each period and deal born in it. A target is the whole firm's,
-- so `coverage` has one row for each period: what is due in it, over what its target still lacks, nothing once that is met.
WITH covers AS (
    SELECT
        d.at,
        count(d.amount) FILTER (WHERE d.status = 'open') AS numerator,
        count(*) FILTER (WHERE d.status = 'open') AS denominator,
        CASE
            WHEN count(*) FILTER (WHERE d.status = 'open' AND d.is_due) = 0 THEN 0
            ELSE sum(d.amount) FILTER (WHERE d.status = 'open' AND d.is_due)
        END AS due,
        t.target - coalesce(sum(d.amount) FILTER (WHERE d.status = 'won' AND d.is_due), 0) AS remaining
    FROM (
        SELECT
            *,
            close_date BETWEEN period_start AND period_end AS is_due
        FROM period_deals
    ) AS d
    LEFT JOIN period_targets AS t
        ON t.period_start = d.period_start
        AND t.metric = 'won'
    GROUP BY
        d.at,
        t.target
),
deals AS (
    SELECT
        d.grade,
        d.office,
        d.location,
        d.department,
        d.stage,
        d.amount,
        d.probability,
        d.valid_from,
        d.valid_to
    FROM deal_stretches AS d
    WHERE d.status = 'open'
        AND d.valid_from <= $to
        AND (d.valid_to IS NULL OR d.valid_to > $from)
        AND $measure <> 'created'
        AND $measure <> 'coverage'
    UNION ALL
    SELECT
        d.grade,
        d.office,
        d.location,
        d.department,
        d.stage,
        d.amount,
        d.probability,
        p.at AS valid_from,
        p.at + 1 AS valid_to
    FROM deal_stretches AS d
    JOIN periods AS p
        ON p.period_start = period_start(d.created_on, $grain)
        AND p.at >= d.valid_from
        AND (d.valid_to IS NULL OR p.at < d.valid_to)
    WHERE $measure = 'created'
)
SELECT
    valid_from,
    valid_to,
    coalesce(grade, '(none)') AS grade,
    coalesce(office, '(none)') AS office,
    coalesce(location, '(none)') AS location,
    coalesce(department, '(none)') AS department,
    coalesce(stage, '(none)') AS stage,
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
UNION ALL
SELECT
    at AS valid_from,
    at + 1 AS valid_to,
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
