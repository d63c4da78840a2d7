-- code       = "P06"
-- title      = "Lapsed opportunities"
-- asks       = "How much of the open pipeline should have been closed by now, and how much stands still?"
-- means      = "Deals that are open at the end of the period's last day. Lapsed: their close date lies before it. Stalled: not lapsed, but no human being touched the deal or an activity of it in the last 30 days (untouched_days), or it has been in its stage for longer than nine of ten visits of the deals won in the four fiscal quarters before, or its owner is no longer active. Money in the firm's currency; deals in another currency or without an amount are counted, with no money. Grade and office are those of the deal's owner on that day. Not read: dates until which a deal is on hold, days for each stage, close dates moved in bulk."
-- unit       = "money"
-- numerator  = "deals in the state"
-- denominator = "open deals"
-- better     = "down"
-- privacy    = "N"
-- value      = "value"
-- attributes = ["event"]
-- split      = "state"
-- headline   = "lapsed"
-- dimensions = ["reason", "grade", "office", "location", "department", "stage"]
-- reads      = ["deals", "users"]
-- [option.measure]
-- amount = {}
-- count  = { title = "Lapsed opportunities, number", unit = "count" }
-- share  = { title = "Lapsed share of the open pipeline", unit = "share", value = "value/whole" }
-- [option.untouched_days]

-- One row for each period, open deal and state; reason says why it is in the state, '(none)' that it is not. Lapsed is severe where the
-- close date lies in a quarter that is over and the deal is still in the forecast. The age of a visit that nobody saw begin is not judged.
WITH ends AS (
    SELECT
        period_start,
        at,
        period_start(at, 'quarter') AS quarter,
        start_of_day(at + 1, project_zone()) AS end_ts,
        start_of_day(at + 1 - coalesce(CAST($untouched_days AS INT), 30), project_zone()) AS quiet_ts
    FROM periods
),
touched AS (
    SELECT DISTINCT
        e.period_start,
        t.opp_id
    FROM deal_touches AS t
    JOIN ends AS e
        ON t.ts >= e.quiet_ts
        AND t.ts < e.end_ts
    WHERE t.ts < start_of_day($to + 1, project_zone())
),
slow AS (
    SELECT
        e.period_start,
        v.opp_id
    FROM stage_visits AS v
    JOIN ends AS e
        ON v.seen_ts < e.end_ts
        AND (v.unseen_ts IS NULL OR v.unseen_ts >= e.end_ts)
    JOIN stage_limits AS l
        ON l.quarter = e.quarter
        AND l.pipeline_id = v.pipeline_id
        AND l.stage = v.stage
    WHERE NOT v.is_cut
        AND CAST(CAST(e.end_ts AS BIGINT) - CAST(v.entered_ts AS BIGINT) AS DOUBLE) / 86400e6 > l.days
),
deals AS (
    SELECT
        e.period_start,
        e.at,
        e.quarter,
        e.quiet_ts,
        h.opp_id,
        h.owner_id,
        h.stage,
        h.created_ts,
        h.close_date,
        coalesce(h.close_date < e.at, false) AS is_lapsed,
        h.forecast_category IN ('Commit', 'Forecast', 'Best Case', 'BestCase') AS is_forecast,
        CASE WHEN coalesce(h.currency, currency()) = currency() THEN h.amount END AS amount
    FROM opportunity_history AS h
    JOIN ends AS e
        ON h.valid_from < e.end_ts
        AND (h.valid_to IS NULL OR h.valid_to >= e.end_ts)
    WHERE h.status = 'open'
),
judged AS (
    SELECT
        d.period_start,
        d.stage,
        d.amount,
        o.grade,
        o.office,
        o.location,
        o.department,
        CASE
            WHEN NOT d.is_lapsed THEN NULL
            WHEN d.close_date < d.quarter AND d.is_forecast THEN 'severe'
            ELSE 'lapsed'
        END AS lapsed_reason,
        CASE
            WHEN NOT d.is_lapsed THEN nullif(
                concat_ws(
                    ' + ',
                    CASE WHEN t.opp_id IS NULL AND d.created_ts < d.quiet_ts THEN 'untouched' END,
                    CASE WHEN s.opp_id IS NOT NULL THEN 'slow' END,
                    CASE WHEN NOT o.is_active THEN 'owner left' END
                ),
                ''
            )
        END AS stalled_reason
    FROM deals AS d
    LEFT JOIN touched AS t
        ON t.period_start = d.period_start
        AND t.opp_id = d.opp_id
    LEFT JOIN slow AS s
        ON s.period_start = d.period_start
        AND s.opp_id = d.opp_id
    LEFT JOIN owner_history AS o
        ON o.user_id = d.owner_id
        AND d.at >= o.valid_from
        AND (o.valid_to IS NULL OR d.at < o.valid_to)
),
states AS (
    SELECT
        j.*,
        s.state,
        s.ord,
        CASE s.state WHEN 'lapsed' THEN j.lapsed_reason ELSE j.stalled_reason END AS reason
    FROM judged AS j
    CROSS JOIN (VALUES ('lapsed', 1), ('stalled', 2)) AS s(state, ord)
)
SELECT
    period_start,
    state,
    ord,
    coalesce(reason, '(none)') AS reason,
    coalesce(grade, '(none)') AS grade,
    coalesce(office, '(none)') AS office,
    coalesce(location, '(none)') AS location,
    coalesce(department, '(none)') AS department,
    coalesce(stage, '(none)') AS stage,
    CASE WHEN reason IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator,
    CAST(
        CASE
            WHEN reason IS NULL THEN 0
            WHEN $measure = 'count' THEN 1
            ELSE amount
        END AS DECIMAL(38, 8)
    ) AS value,
    CAST(amount AS DECIMAL(38, 8)) AS whole
FROM states
