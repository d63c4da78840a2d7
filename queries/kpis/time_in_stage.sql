-- code       = "P04"
-- title      = "Time in stage, median"
-- asks       = "How long do deals stay in a stage?"
-- means      = "Days from entry to exit of every visit of an open stage that began in the period, followed to the asked day: the time by which half of them (three quarters, nine of ten) were over. Visits that go on, and those of deals that are gone, count for as long as they lasted (Kaplan–Meier); where too few are over, there is no answer. A visit whose beginning nobody saw is left out. A move seen by comparing two snapshots is taken to lie in the middle between them, so its days are true to half that interval. Per deal: all its visits of the stage together, from the first. Grade and office are the owner's on the day of entry."
-- unit       = "days"
-- numerator  = "finished visits"
-- denominator = "visits"
-- better     = "down"
-- privacy    = "N"
-- value      = "quantile"
-- attributes = ["event"]
-- split      = "stage"
-- dimensions = ["grade", "office", "location", "department"]
-- reads      = ["deals", "users"]
-- [option.statistic]
-- median = { quantile = 0.5 }
-- p75    = { quantile = 0.75, title = "Time in stage, three of four" }
-- p90    = { quantile = 0.9, title = "Time in stage, nine of ten" }
-- [option.per]
-- visit = {}
-- deal  = {}

-- One row for each visit, or for each deal and stage.
WITH known AS (
    SELECT
        *,
        start_of_day(CAST($as_of AS DATE) + 1, project_zone()) AS end_ts
    FROM stage_visits
    WHERE seen_ts < start_of_day($as_of + 1, project_zone())
),
stays AS (
    SELECT
        opp_id,
        stage,
        ord,
        entered_ts,
        is_cut,
        coalesce(unseen_ts < end_ts AND next_status <> 'gone', false) AS is_over,
        CAST(
            CAST(CASE WHEN unseen_ts < end_ts THEN left_ts ELSE end_ts END AS BIGINT) - CAST(entered_ts AS BIGINT) AS DOUBLE
        ) / 86400e6 AS days
    FROM known
),
counted AS (
    SELECT
        opp_id,
        stage,
        ord,
        entered_ts,
        is_over,
        days
    FROM stays
    WHERE $per = 'visit'
        AND NOT is_cut
    UNION ALL
    SELECT
        opp_id,
        stage,
        ord,
        min(entered_ts) AS entered_ts,
        bool_and(is_over) AS is_over,
        sum(days) AS days
    FROM stays
    WHERE $per = 'deal'
    GROUP BY
        opp_id,
        stage,
        ord
    HAVING NOT bool_or(is_cut)
),
dated AS (
    SELECT
        *,
        local_date(entered_ts, project_zone()) AS d
    FROM counted
)
SELECT
    p.period_start,
    c.stage,
    c.ord,
    coalesce(o.grade, '(none)') AS grade,
    coalesce(o.office, '(none)') AS office,
    coalesce(o.location, '(none)') AS location,
    coalesce(o.department, '(none)') AS department,
    CASE WHEN c.is_over THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    c.days AS value
FROM dated AS c
JOIN periods AS p
    ON p.period_start = period_start(c.d, $grain)
LEFT JOIN deal_owners AS o
    ON o.opp_id = c.opp_id
    AND c.d >= o.valid_from
    AND (o.valid_to IS NULL OR c.d < o.valid_to)
