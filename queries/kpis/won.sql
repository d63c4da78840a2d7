-- code       = "P17"
-- title      = "Won"
-- asks       = "What did we win?"
-- means      = "The amounts of all deals that are won as of the asked day and whose close date lies in the period, in the firm's currency; deals in another currency or without an amount are in the denominator only. Grade and office are the owner's on the close date. A deal that is opened again later is taken out of its old period."
-- unit       = "money"
-- numerator  = "deals with an amount"
-- denominator = "won deals"
-- better     = "up"
-- privacy    = "N"
-- value      = "value"
-- lacking    = "opportunities have no amount in the firm's currency"
-- attributes = ["event"]
-- dimensions = ["grade", "office", "location", "department"]
-- reads      = ["deals", "users"]
-- [option.measure]
-- amount     = {}
-- count      = { title = "Deals won", unit = "count" }
-- attainment = { title = "Won against target", unit = "share", value = "value/whole", dimensions = [], reads = ["targets"] }

-- One row for each won deal. A target is the whole firm's, so `attainment` has one row for each period.
WITH won AS (
    SELECT
        p.period_start,
        h.opp_id,
        h.close_date,
        start_of_day(least(h.close_date, $as_of) + 1, project_zone()) AS owned_ts,
        CASE WHEN coalesce(h.currency, currency()) = currency() THEN h.amount END AS amount
    FROM opportunity_history AS h
    JOIN periods AS p
        ON h.close_date BETWEEN p.period_start AND p.period_end
    WHERE h.status = 'won'
        AND h.valid_from < start_of_day($as_of + 1, project_zone())
        AND (h.valid_to IS NULL OR h.valid_to >= start_of_day($as_of + 1, project_zone()))
),
owned AS (
    SELECT
        w.period_start,
        w.close_date,
        w.amount,
        u.person_id
    FROM won AS w
    LEFT JOIN deal_records AS r
        ON r.opp_id = w.opp_id
        AND (r.valid_from IS NULL OR r.valid_from < w.owned_ts)
        AND (r.valid_to IS NULL OR r.valid_to >= w.owned_ts)
    LEFT JOIN person_of_user AS u
        ON u.user_id = r.owner_id
        AND u.is_human
),
attained AS (
    SELECT
        p.period_start,
        count(w.amount) AS numerator,
        count(w.opp_id) AS denominator,
        CASE WHEN count(w.opp_id) = 0 THEN 0 ELSE sum(w.amount) END AS amount,
        t.target
    FROM periods AS p
    LEFT JOIN won AS w
        ON w.period_start = p.period_start
    LEFT JOIN period_targets AS t
        ON t.period_start = p.period_start
        AND t.metric = 'won'
    GROUP BY
        p.period_start,
        t.target
)
SELECT
    o.period_start,
    coalesce(h.grade, '(none)') AS grade,
    coalesce(h.office, '(none)') AS office,
    coalesce(h.location, '(none)') AS location,
    coalesce(h.department, '(none)') AS department,
    CASE WHEN o.amount IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator,
    CAST(CASE WHEN $measure = 'count' THEN 1 ELSE o.amount END AS DECIMAL(38, 8)) AS value,
    CAST(NULL AS DECIMAL(38, 8)) AS whole
FROM owned AS o
LEFT JOIN person_history AS h
    ON h.person_id = o.person_id
    AND o.close_date >= h.valid_from
    AND (h.valid_to IS NULL OR o.close_date < h.valid_to)
WHERE $measure <> 'attainment'
UNION ALL
SELECT
    period_start,
    '(whole firm)' AS grade,
    '(whole firm)' AS office,
    '(whole firm)' AS location,
    '(whole firm)' AS department,
    numerator,
    denominator,
    CAST(amount AS DECIMAL(38, 8)) AS value,
    CAST(target AS DECIMAL(38, 8)) AS whole
FROM attained
WHERE $measure = 'attainment'
