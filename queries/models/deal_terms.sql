-- Which stage, amount, close date and probability did a deal have, from when to when?
-- Where a deal has history rows they tell, the last of one instant by Id. All others come from snapshots: the first
-- version holds from creation on, and one that is closed already was open until its last change of stage, else its close date; in which stage, nobody knows.
WITH births AS (
    SELECT
        opp_id,
        min(created_ts) AS created_ts
    FROM deal_snapshots
    GROUP BY opp_id
),
written AS (
    SELECT
        h.opp_id,
        h.ts,
        h.stage,
        h.amount,
        h.close_date,
        h.probability,
        h.forecast_category,
        CASE
            WHEN s.is_won THEN 'won'
            WHEN s.is_closed THEN 'lost'
            ELSE 'open'
        END AS status,
        row_number() OVER (PARTITION BY h.opp_id, h.ts ORDER BY h.history_id DESC) AS last_of_instant
    FROM deal_history AS h
    LEFT JOIN stages AS s
        ON s.stage = h.stage
),
turns AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY opp_id ORDER BY ts) AS turn,
        lag(status) OVER (PARTITION BY opp_id ORDER BY ts) AS previous_status,
        lead(ts) OVER (PARTITION BY opp_id ORDER BY ts) AS next_ts
    FROM written
    WHERE last_of_instant = 1
),
versions AS (
    SELECT
        d.*,
        CASE
            WHEN d.is_won THEN 'won'
            WHEN d.is_closed THEN 'lost'
            WHEN d.is_closed IS NULL AND s.is_won THEN 'won'
            WHEN d.is_closed IS NULL AND s.is_closed THEN 'lost'
            ELSE 'open'
        END AS status,
        start_of_day(d.first_seen, project_zone()) AS seen_ts,
        coalesce(d.last_stage_change_ts, start_of_day(d.close_date, project_zone())) AS closing_ts,
        start_of_day(lead(d.first_seen) OVER (PARTITION BY d.opp_id ORDER BY d.first_seen), project_zone()) AS next_ts,
        row_number() OVER (PARTITION BY d.opp_id ORDER BY d.first_seen) AS version
    FROM deal_snapshots AS d
    LEFT JOIN stages AS s
        ON s.stage = d.stage
    LEFT JOIN (
        SELECT DISTINCT opp_id
        FROM deal_history
    ) AS h
        ON h.opp_id = d.opp_id
    WHERE h.opp_id IS NULL
),
turned AS (
    SELECT
        *,
        CASE
            WHEN version > 1 THEN seen_ts
            WHEN status = 'open' THEN created_ts
            ELSE greatest(created_ts, least(closing_ts, seen_ts))
        END AS status_from
    FROM versions
),
terms AS (
    SELECT
        t.opp_id,
        t.stage,
        t.status,
        t.amount,
        t.close_date,
        t.probability,
        t.forecast_category,
        CASE
            WHEN t.status <> 'open' THEN max(
                CASE
                    WHEN t.status <> 'open' AND coalesce(t.previous_status, 'open') = 'open' THEN t.ts
                END
            ) OVER (PARTITION BY t.opp_id ORDER BY t.ts)
        END AS closed_ts,
        CASE WHEN t.turn = 1 THEN least(t.ts, b.created_ts) ELSE t.ts END AS valid_from,
        t.next_ts AS valid_to
    FROM turns AS t
    LEFT JOIN births AS b
        ON b.opp_id = t.opp_id
    UNION ALL
    SELECT
        opp_id,
        stage,
        status,
        amount,
        close_date,
        probability,
        forecast_category,
        CASE WHEN status <> 'open' THEN closing_ts END AS closed_ts,
        status_from AS valid_from,
        next_ts AS valid_to
    FROM turned
    UNION ALL
    SELECT
        opp_id,
        CASE WHEN status = 'open' THEN stage END AS stage,
        'open' AS status,
        amount,
        close_date,
        probability,
        forecast_category,
        NULL AS closed_ts,
        created_ts AS valid_from,
        status_from AS valid_to
    FROM turned
    WHERE version = 1
        AND status <> 'open'
)
SELECT
    opp_id,
    stage,
    status,
    amount,
    -- A log of stages tells no dates of deals, and not every list does: a deal that ended did so when it was closed.
    coalesce(close_date, CASE WHEN status <> 'open' THEN local_date(closed_ts, project_zone()) END) AS close_date,
    probability,
    forecast_category,
    closed_ts,
    valid_from,
    valid_to
FROM terms
WHERE valid_to IS NULL
    OR valid_from < valid_to
