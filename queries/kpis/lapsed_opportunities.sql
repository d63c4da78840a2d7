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

-- Rows of each open deal for both states, for stretches of days; reason says why it is in the state, '(none)' that it is not. Lapsed is severe
-- where the close date lies in a quarter that is over and the deal is still in the forecast. The age of a visit that nobody saw begin is
-- not judged. Days are added as numbers: DATE + INT takes an interval, row by row.
WITH deals AS (
    SELECT
        stage,
        amount,
        grade,
        office,
        location,
        department,
        valid_from,
        coalesce(valid_to, DATE '9999-12-31') AS valid_to,
        concat_ws(' + ', CASE WHEN is_slow THEN 'slow' END, CASE WHEN NOT is_active THEN 'owner left' END) AS flaws,
        coalesce(CAST(CAST(quiet_since AS INT) + coalesce(CAST($untouched_days AS INT), 30) AS DATE), DATE '9999-12-31') AS untouched_on,
        coalesce(CAST(CAST(close_date AS INT) + 1 AS DATE), DATE '9999-12-31') AS lapses_on,
        CASE
            WHEN next_quarter IS NOT NULL AND forecast_category IN ('Commit', 'Forecast', 'Best Case', 'BestCase') THEN next_quarter
            ELSE DATE '9999-12-31'
        END AS severe_on
    FROM deal_stretches
    WHERE status = 'open'
        AND valid_from <= $to
        AND (valid_to IS NULL OR valid_to > $from)
),
pieces AS (
    SELECT
        *,
        NULL AS lapsed,
        nullif(flaws, '') AS stalled,
        valid_from AS begins,
        least(valid_to, untouched_on, lapses_on) AS ends
    FROM deals
    WHERE valid_from < untouched_on
        AND valid_from < lapses_on
    UNION ALL
    SELECT
        *,
        NULL AS lapsed,
        concat_ws(' + ', 'untouched', nullif(flaws, '')) AS stalled,
        greatest(valid_from, untouched_on) AS begins,
        least(valid_to, lapses_on) AS ends
    FROM deals
    WHERE untouched_on < valid_to
        AND untouched_on < lapses_on
        AND valid_from < lapses_on
    UNION ALL
    SELECT
        *,
        'lapsed' AS lapsed,
        NULL AS stalled,
        greatest(valid_from, lapses_on) AS begins,
        least(valid_to, severe_on) AS ends
    FROM deals
    WHERE lapses_on < valid_to
        AND valid_from < severe_on
    UNION ALL
    SELECT
        *,
        'severe' AS lapsed,
        NULL AS stalled,
        greatest(valid_from, severe_on) AS begins,
        valid_to AS ends
    FROM deals
    WHERE severe_on < valid_to
),
judged AS (
    SELECT
        p.begins AS valid_from,
        p.ends AS valid_to,
        s.state,
        s.ord,
        CASE s.state WHEN 'lapsed' THEN p.lapsed ELSE p.stalled END AS reason,
        p.grade,
        p.office,
        p.location,
        p.department,
        p.stage,
        p.amount
    FROM (VALUES ('lapsed', 1), ('stalled', 2)) AS s(state, ord)
    CROSS JOIN pieces AS p
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
