-- code       = "P02"
-- title      = "Stage conversion"
-- asks       = "Of the deals that reach a stage, which share gets beyond it?"
-- means      = "Deals whose first row lies in the period, followed to the asked day: those that advanced beyond a stage or were won, of those that entered it. A deal enters every open stage from the first to the furthest it was in; one that it skipped counts as passed (entry skipped). Backward moves undo nothing; of a deal that is opened again the latest outcome counts; one that is gone got no further. Variant period: moves forward out of a stage in the period, of the deals in it at the period's start and those that came into it. Leads are not read. Grade and office are the owner's on the day of the first row, for variant period on the period's last day."
-- unit       = "share"
-- numerator  = "advanced"
-- denominator = "entered"
-- better     = "up"
-- privacy    = "N"
-- value      = "numerator/denominator"
-- attributes = ["event"]
-- split      = "stage"
-- dimensions = ["outcome", "entry", "grade", "office", "location", "department"]
-- reads      = ["deals", "users"]
-- [option.variant]
-- cohort = {}
-- period = { title = "Stage conversion of the period", numerator = "moved forward", denominator = "in it or came" }

-- One row for each deal and open stage that it entered; in variant `period` one for each visit that touches the period. What became of
-- it is its `outcome`: advanced, lost, open, gone, and in variant `period` back.
WITH known AS (
    SELECT *
    FROM stage_visits
    WHERE seen_ts < start_of_day($as_of + 1, project_zone())
),
reached AS (
    SELECT
        p.period_start,
        v.opp_id,
        v.pipeline_id,
        v.born_on,
        min(v.ord) AS first_ord,
        max(v.ord) AS last_ord
    FROM known AS v
    JOIN periods AS p
        ON p.period_start = period_start(v.born_on, $grain)
    WHERE $variant = 'cohort'
    GROUP BY
        p.period_start,
        v.opp_id,
        v.pipeline_id,
        v.born_on
),
visited AS (
    SELECT DISTINCT
        opp_id,
        stage
    FROM known
),
entered AS (
    SELECT
        r.period_start,
        r.born_on AS d,
        start_of_day(r.born_on + 1, project_zone()) AS owned_ts,
        o.opp_id,
        s.stage,
        s.ord,
        CASE
            WHEN o.status = 'won' OR s.ord < r.last_ord THEN 'advanced'
            ELSE o.status
        END AS outcome,
        CASE WHEN v.opp_id IS NULL THEN 'skipped' ELSE 'visited' END AS entry
    FROM reached AS r
    JOIN stages AS s
        ON s.pipeline_id = r.pipeline_id
        AND s.ord BETWEEN r.first_ord AND r.last_ord
    JOIN opportunity_history AS o
        ON o.opp_id = r.opp_id
        AND o.valid_from < start_of_day($as_of + 1, project_zone())
        AND (o.valid_to IS NULL OR o.valid_to >= start_of_day($as_of + 1, project_zone()))
    LEFT JOIN visited AS v
        ON v.opp_id = r.opp_id
        AND v.stage = s.stage
    WHERE NOT s.is_closed
    UNION ALL
    SELECT
        p.period_start,
        p.at AS d,
        p.end_ts AS owned_ts,
        v.opp_id,
        v.stage,
        v.ord,
        CASE
            WHEN v.unseen_ts IS NULL OR v.unseen_ts >= p.end_ts THEN 'open'
            WHEN v.next_status <> 'open' THEN CASE WHEN v.next_status = 'won' THEN 'advanced' ELSE v.next_status END
            WHEN v.next_ord > v.ord THEN 'advanced'
            ELSE 'back'
        END AS outcome,
        'visited' AS entry
    FROM known AS v
    JOIN (
        SELECT
            period_start,
            at,
            start_of_day(period_start, project_zone()) AS begin_ts,
            start_of_day(at + 1, project_zone()) AS end_ts
        FROM periods
    ) AS p
        ON v.seen_ts < p.end_ts
        AND (v.unseen_ts IS NULL OR v.unseen_ts >= p.begin_ts)
    WHERE $variant = 'period'
)
SELECT
    e.period_start,
    e.stage,
    e.ord,
    e.outcome,
    e.entry,
    coalesce(h.grade, '(none)') AS grade,
    coalesce(h.office, '(none)') AS office,
    coalesce(h.location, '(none)') AS location,
    coalesce(h.department, '(none)') AS department,
    CASE WHEN e.outcome = 'advanced' THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM entered AS e
LEFT JOIN deal_records AS r
    ON r.opp_id = e.opp_id
    AND (r.valid_from IS NULL OR r.valid_from < e.owned_ts)
    AND (r.valid_to IS NULL OR r.valid_to >= e.owned_ts)
LEFT JOIN owner_history AS h
    ON h.user_id = r.owner_id
    AND e.d >= h.valid_from
    AND (h.valid_to IS NULL OR e.d < h.valid_to)
