-- code       = "P06"
-- title      = "Lapsed opportunities"
-- asks       = "How much of the open pipeline should have been closed by now?"
-- means      = "Deals that are open at the end of the period's last day although their close date lies before it, in the firm's currency. Deals in another currency or without an amount are counted, with no money. Grade and office are those of the deal's owner on that day."
-- unit       = "money"
-- better     = "down"
-- privacy    = "N"
-- value      = "value"
-- attributes = ["event"]
-- split      = "state"
-- headline   = "lapsed"
-- dimensions = ["grade", "office", "location", "department", "stage"]
-- reads      = ["deals", "users"]
-- [option.measure]
-- amount = {}
-- count  = { title = "Lapsed opportunities, number", unit = "count" }
-- share  = { title = "Lapsed share of the open pipeline", unit = "share", value = "value/whole" }

-- One row for each period and open deal.
SELECT
    period_start,
    'lapsed' AS state,
    grade,
    office,
    location,
    department,
    stage,
    CASE WHEN close_date < at THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    CAST(
        CASE
            WHEN coalesce(close_date >= at, true) THEN 0
            WHEN $measure = 'count' THEN 1
            ELSE amount
        END AS DECIMAL(38, 8)
    ) AS value,
    CAST(amount AS DECIMAL(38, 8)) AS whole
FROM period_deals
WHERE status = 'open'
