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

-- Rows of each open deal for both states; reason says why it is in the state, '(none)' that it is not. A row is a stretch of days where
-- the day alone decides, and one of the period's last day where it must be seen whether the deal stands still. Lapsed is severe where
-- the close date lies in a quarter that is over and the deal is still in the forecast. The age of a visit that nobody saw begin is not judged.
WITH ends AS (
    SELECT
        at,
        period_start(at, 'quarter') AS quarter,
        start_of_day(at + 1, project_zone()) AS end_ts,
        start_of_day(at + 1 - coalesce(CAST($untouched_days AS INT), 30), project_zone()) AS quiet_ts
    FROM periods
),
touched AS (
    SELECT DISTINCT
        e.at,
        t.opp_id
    FROM deal_touches AS t
    JOIN ends AS e
        ON t.ts >= e.quiet_ts
        AND t.ts < e.end_ts
    WHERE t.ts < start_of_day($to + 1, project_zone())
        AND t.ts >= start_of_day($from - coalesce(CAST($untouched_days AS INT), 30), project_zone())
),
limits AS (
    SELECT
        e.at,
        e.end_ts,
        l.pipeline_id,
        l.stage,
        l.days
    FROM ends AS e
    JOIN stage_limits AS l
        ON l.quarter = e.quarter
),
slow AS (
    SELECT
        l.at,
        v.opp_id
    FROM limits AS l
    JOIN stage_visits AS v
        ON v.pipeline_id = l.pipeline_id
        AND v.stage = l.stage
        AND v.seen_ts < l.end_ts
        AND (v.unseen_ts IS NULL OR v.unseen_ts >= l.end_ts)
        AND CAST(CAST(l.end_ts AS BIGINT) - CAST(v.entered_ts AS BIGINT) AS DOUBLE) / 86400e6 > l.days
    WHERE NOT v.is_cut
        AND v.seen_ts < start_of_day($to + 1, project_zone())
        AND (v.unseen_ts IS NULL OR v.unseen_ts >= start_of_day($from, project_zone()))
),
deals AS (
    SELECT
        *,
        coalesce(close_date + 1, DATE '9999-12-31') AS lapses_on,
        CASE
            WHEN forecast_category IN ('Commit', 'Forecast', 'Best Case', 'BestCase') THEN
                period_start(period_start(close_date, 'quarter') + 100, 'quarter')
        END AS severe_on
    FROM deal_stretches
    WHERE status = 'open'
        AND valid_from <= $to
        AND (valid_to IS NULL OR valid_to > $from)
),
judged AS (
    SELECT
        d.stage,
        d.amount,
        d.grade,
        d.office,
        d.location,
        d.department,
        s.state,
        s.ord,
        s.reason,
        CASE s.part
            WHEN 'before' THEN d.valid_from
            WHEN 'severe' THEN greatest(d.valid_from, d.severe_on)
            ELSE greatest(d.valid_from, d.lapses_on)
        END AS valid_from,
        CASE s.part
            WHEN 'before' THEN least(d.valid_to, d.lapses_on)
            WHEN 'lapsed' THEN least(d.valid_to, d.severe_on)
            ELSE d.valid_to
        END AS valid_to
    FROM (
        VALUES
            ('before', 'lapsed', 1, NULL),
            ('lapsed', 'lapsed', 1, 'lapsed'),
            ('severe', 'lapsed', 1, 'severe'),
            ('after', 'stalled', 2, NULL)
    ) AS s(part, state, ord, reason)
    CROSS JOIN deals AS d
    WHERE s.part <> 'severe'
        OR d.severe_on IS NOT NULL
    UNION ALL
    SELECT
        d.stage,
        d.amount,
        d.grade,
        d.office,
        d.location,
        d.department,
        'stalled' AS state,
        2 AS ord,
        nullif(
            concat_ws(
                ' + ',
                CASE WHEN t.opp_id IS NULL AND d.created_ts < e.quiet_ts THEN 'untouched' END,
                CASE WHEN s.opp_id IS NOT NULL THEN 'slow' END,
                CASE WHEN NOT d.is_active THEN 'owner left' END
            ),
            ''
        ) AS reason,
        e.at AS valid_from,
        e.at + 1 AS valid_to
    FROM deals AS d
    JOIN ends AS e
        ON e.at >= d.valid_from
        AND (d.valid_to IS NULL OR e.at < d.valid_to)
        AND e.at < d.lapses_on
    LEFT JOIN touched AS t
        ON t.at = e.at
        AND t.opp_id = d.opp_id
    LEFT JOIN slow AS s
        ON s.at = e.at
        AND s.opp_id = d.opp_id
)
SELECT
    valid_from,
    valid_to,
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
FROM judged
WHERE valid_from < coalesce(valid_to, DATE '9999-12-31')
