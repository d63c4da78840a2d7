-- stored
-- Which deal moved from which stage to which, and when? Seq 1 is the deal's birth.
-- A row of the history that keeps the stage is no move. A move seen by comparing snapshots happened in (after_ts, ts].
WITH written AS (
    SELECT
        opp_id,
        stage,
        NULL AS after_ts,
        ts,
        history_id AS tie,
        user_id AS changed_by,
        coalesce(method, 'log') AS method
    FROM deal_history
),
seen AS (
    SELECT
        d.opp_id,
        d.stage,
        start_of_day(lag(d.last_seen) OVER (PARTITION BY d.opp_id ORDER BY d.first_seen), project_zone()) AS after_ts,
        CASE
            WHEN lag(d.first_seen) OVER (PARTITION BY d.opp_id ORDER BY d.first_seen) IS NULL THEN d.created_ts
            ELSE start_of_day(d.first_seen, project_zone())
        END AS ts,
        CAST(d.first_seen AS TEXT) AS tie,
        NULL AS changed_by,
        'snapshot_diff' AS method
    FROM deal_snapshots AS d
    LEFT JOIN (
        SELECT DISTINCT opp_id
        FROM deal_history
    ) AS h
        ON h.opp_id = d.opp_id
    WHERE h.opp_id IS NULL
),
compared AS (
    SELECT
        *,
        lag(stage) OVER (PARTITION BY opp_id ORDER BY ts, tie) AS from_stage
    FROM (
        SELECT *
        FROM written
        UNION ALL
        SELECT *
        FROM seen
    ) AS rows
)
SELECT
    opp_id,
    row_number() OVER (PARTITION BY opp_id ORDER BY ts, tie) AS seq,
    from_stage,
    stage AS to_stage,
    after_ts,
    ts,
    changed_by,
    'default' AS pipeline_id,
    method
FROM compared
WHERE from_stage IS DISTINCT FROM stage
