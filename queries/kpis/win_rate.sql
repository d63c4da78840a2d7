-- code       = "P03"
-- title      = "Win rate"
-- asks       = "Which share of the deals that came to an end did we win?"
-- means      = "Deals won, of all deals won or lost, as of the asked day: those whose close date lies in the period, or with cohort created those born in it. Still open is always told of those born in the period. By amount: what was won of what was won or lost, in the firm's currency, without deals in another currency or without an amount. Deals that are open again or gone are on neither side. Grade and office are the owner's on the close date. Reasons for a loss are not read: disqualified deals and duplicates count as lost."
-- unit       = "share"
-- numerator  = "won"
-- denominator = "won or lost"
-- better     = "up"
-- privacy    = "N"
-- value      = "numerator/denominator"
-- attributes = ["event"]
-- dimensions = ["grade", "office", "location", "department"]
-- reads      = ["deals", "users"]
-- [option.measure]
-- count      = {}
-- amount     = { title = "Win rate by amount", value = "value/whole" }
-- still_open = { title = "Deals still open, of those created", numerator = "still open", denominator = "created" }
-- [option.cohort]
-- closed  = {}
-- created = {}

-- One row for each deal that is closed as of the asked day; with `still_open` also for each that is open, under its owner of that day.
-- A close date that lies ahead of the asked day has no owner yet: there the owner of the day counts.
WITH closed AS (
    SELECT
        status,
        close_date,
        local_date(created_ts, project_zone()) AS created_on,
        least(close_date, $as_of) AS owned_on,
        CASE WHEN close_date <= $as_of THEN closer_id ELSE owner_id END AS owner_id,
        amount
    FROM closed_deals
    WHERE valid_from < start_of_day($as_of + 1, project_zone())
        AND (valid_to IS NULL OR valid_to >= start_of_day($as_of + 1, project_zone()))
),
open AS (
    SELECT
        status,
        CAST(NULL AS DATE) AS close_date,
        local_date(created_ts, project_zone()) AS created_on,
        $as_of AS owned_on,
        owner_id,
        CAST(NULL AS DECIMAL(18, 4)) AS amount
    FROM opportunity_history
    WHERE $measure = 'still_open'
        AND status = 'open'
        AND valid_from < start_of_day($as_of + 1, project_zone())
        AND (valid_to IS NULL OR valid_to >= start_of_day($as_of + 1, project_zone()))
),
deals AS (
    SELECT
        period_start(CASE WHEN $cohort = 'created' OR $measure = 'still_open' THEN created_on ELSE close_date END, $grain) AS cohort,
        *
    FROM (
        SELECT *
        FROM closed
        UNION ALL
        SELECT *
        FROM open
    ) AS all_deals
)
SELECT
    p.period_start,
    coalesce(h.grade, '(none)') AS grade,
    coalesce(h.office, '(none)') AS office,
    coalesce(h.location, '(none)') AS location,
    coalesce(h.department, '(none)') AS department,
    CASE WHEN d.status = CASE WHEN $measure = 'still_open' THEN 'open' ELSE 'won' END THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    CAST(CASE WHEN d.status = 'won' THEN d.amount WHEN d.amount IS NOT NULL THEN 0 END AS DECIMAL(38, 8)) AS value,
    CAST(d.amount AS DECIMAL(38, 8)) AS whole
FROM deals AS d
JOIN periods AS p
    ON p.period_start = d.cohort
LEFT JOIN owner_history AS h
    ON h.user_id = d.owner_id
    AND d.owned_on >= h.valid_from
    AND (h.valid_to IS NULL OR d.owned_on < h.valid_to)
