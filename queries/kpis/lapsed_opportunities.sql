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
WITH states AS (
    SELECT
        p.period_start,
        p.at,
        h.owner_id,
        h.stage,
        coalesce(h.close_date < p.at, false) AS is_lapsed,
        CASE WHEN coalesce(h.currency, currency()) = currency() THEN h.amount END AS amount
    FROM periods AS p
    JOIN opportunity_history AS h
        ON h.valid_from < start_of_day(p.at + 1, project_zone())
        AND (h.valid_to IS NULL OR h.valid_to >= start_of_day(p.at + 1, project_zone()))
    WHERE h.status = 'open'
)
SELECT
    s.period_start,
    'lapsed' AS state,
    coalesce(h.grade, '(none)') AS grade,
    coalesce(h.office, '(none)') AS office,
    coalesce(h.location, '(none)') AS location,
    coalesce(h.department, '(none)') AS department,
    coalesce(s.stage, '(none)') AS stage,
    CASE WHEN s.is_lapsed THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    CAST(
        CASE
            WHEN NOT s.is_lapsed THEN 0
            WHEN $measure = 'count' THEN 1
            ELSE s.amount
        END AS DECIMAL(38, 8)
    ) AS value,
    CAST(s.amount AS DECIMAL(38, 8)) AS whole
FROM states AS s
LEFT JOIN person_of_user AS u
    ON u.user_id = s.owner_id
    AND u.is_human
LEFT JOIN person_history AS h
    ON h.person_id = u.person_id
    AND s.at >= h.valid_from
    AND (h.valid_to IS NULL OR s.at < h.valid_to)
