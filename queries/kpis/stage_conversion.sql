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

-- One row for each deal and open stage that it entered, held on the day its period is told from; in variant `period` one for the days of each
-- visit, and one for the period in which it ends. What became of it is its `outcome`: advanced, lost, open, gone, and in variant `period` back.
WITH known AS (
    SELECT *
    FROM stage_visits
    WHERE seen_ts < start_of_day($as_of + 1, project_zone())
),
reached AS (
    SELECT
        p.at,
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
        p.at,
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
        r.at AS valid_from,
        r.at + 1 AS valid_to,
        r.born_on,
        r.opp_id,
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
),
stays AS (
    SELECT
        local_date(seen_ts, project_zone()) AS valid_from,
        local_date(unseen_ts, project_zone()) AS valid_to,
        opp_id,
        stage,
        ord,
        'open' AS outcome
    FROM known
    WHERE $variant = 'period'
        AND seen_ts < start_of_day($to + 1, project_zone())
        AND (unseen_ts IS NULL OR unseen_ts >= start_of_day($from, project_zone()))
    UNION ALL
    SELECT
        p.at AS valid_from,
        p.at + 1 AS valid_to,
        v.opp_id,
        v.stage,
        v.ord,
        CASE
            WHEN v.next_status = 'won' THEN 'advanced'
            WHEN v.next_status <> 'open' THEN v.next_status
            WHEN v.next_ord > v.ord THEN 'advanced'
            ELSE 'back'
        END AS outcome
    FROM known AS v
    JOIN periods AS p
        ON p.period_start = period_start(local_date(v.unseen_ts, project_zone()), $grain)
        AND p.at >= local_date(v.unseen_ts, project_zone())
    WHERE $variant = 'period'
        AND v.unseen_ts >= start_of_day($from, project_zone())
        AND v.unseen_ts < start_of_day($to + 1, project_zone())
),
owned AS (
    SELECT
        e.valid_from,
        e.valid_to,
        e.stage,
        e.ord,
        e.outcome,
        e.entry,
        o.grade,
        o.office,
        o.location,
        o.department
    FROM entered AS e
    LEFT JOIN deal_owners AS o
        ON o.opp_id = e.opp_id
        AND e.born_on >= o.valid_from
        AND (o.valid_to IS NULL OR e.born_on < o.valid_to)
    UNION ALL
    SELECT
        greatest(s.valid_from, o.valid_from) AS valid_from,
        least(s.valid_to, o.valid_to) AS valid_to,
        s.stage,
        s.ord,
        s.outcome,
        'visited' AS entry,
        o.grade,
        o.office,
        o.location,
        o.department
    FROM stays AS s
    LEFT JOIN deal_owners AS o
        ON o.opp_id = s.opp_id
        AND (s.valid_to IS NULL OR o.valid_from < s.valid_to)
        AND (o.valid_to IS NULL OR s.valid_from < o.valid_to)
)
SELECT
    valid_from,
    valid_to,
    stage,
    ord,
    outcome,
    entry,
    coalesce(grade, '(none)') AS grade,
    coalesce(office, '(none)') AS office,
    coalesce(location, '(none)') AS location,
    coalesce(department, '(none)') AS department,
    CASE WHEN outcome = 'advanced' THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM owned
