-- stored
-- How long was a deal in which open stage, and where did it go from there? One row for each visit.
-- entered_ts and left_ts are the best guess at when: a move seen by comparing snapshots lies in the middle of its interval. It is known
-- from seen_ts and unseen_ts on. A deal that is gone has left, and one that comes back enters again. is_cut: nobody saw the visit
-- begin, since the deal is older than what we know of it, or was gone before. Two moves in one second are two moves; where a snapshot
-- shows a move and that the deal is gone or back, they are one.
WITH births AS (
    SELECT
        opp_id,
        min(created_ts) AS created_ts,
        min(min(first_seen)) OVER () AS first_snapshot
    FROM deal_snapshots
    GROUP BY opp_id
),
presences AS (
    SELECT
        opp_id,
        is_gone,
        valid_from,
        lag(is_gone) OVER (PARTITION BY opp_id ORDER BY valid_from NULLS FIRST) AS was_gone
    FROM deal_records
),
marks AS (
    SELECT
        c.opp_id,
        c.seq,
        c.pipeline_id,
        c.to_stage AS stage,
        CAST(NULL AS BOOLEAN) AS is_gone,
        CASE
            WHEN c.seq = 1 THEN least(c.ts, b.created_ts)
            WHEN c.after_ts IS NULL THEN c.ts
            ELSE arrow_cast((CAST(c.after_ts AS BIGINT) + CAST(c.ts AS BIGINT)) / 2, 'Timestamp(Microsecond, Some("UTC"))')
        END AS ts,
        CASE WHEN c.seq = 1 THEN least(c.ts, b.created_ts) ELSE c.ts END AS known_ts,
        CASE WHEN c.seq = 1 THEN c.ts END AS born_ts,
        CASE
            WHEN c.seq > 1 THEN false
            WHEN c.method <> 'snapshot_diff' THEN c.ts > b.created_ts + INTERVAL '60 seconds'
            ELSE b.created_ts < start_of_day(b.first_snapshot, project_zone())
        END AS is_cut
    FROM stage_changes AS c
    JOIN births AS b
        ON b.opp_id = c.opp_id
    UNION ALL
    SELECT
        r.opp_id,
        CAST(NULL AS BIGINT) AS seq,
        CAST(NULL AS TEXT) AS pipeline_id,
        CAST(NULL AS TEXT) AS stage,
        r.is_gone,
        r.valid_from AS ts,
        r.valid_from AS known_ts,
        arrow_cast(NULL, 'Timestamp(Microsecond, Some("UTC"))') AS born_ts,
        CAST(NULL AS BOOLEAN) AS is_cut
    FROM presences AS r
    WHERE r.is_gone <> r.was_gone
),
carried AS (
    SELECT
        opp_id,
        ts,
        known_ts,
        last_value(stage) IGNORE NULLS OVER so_far AS stage,
        last_value(pipeline_id) IGNORE NULLS OVER so_far AS pipeline_id,
        coalesce(last_value(is_gone) IGNORE NULLS OVER so_far, false) AS is_gone,
        first_value(born_ts) IGNORE NULLS OVER so_far AS born_ts,
        coalesce(is_cut, true) AS is_cut,
        row_number() OVER so_far AS turn,
        lead(known_ts) OVER along AS next_known_ts,
        seq IS NULL OR lead(seq) OVER along IS NULL AS is_record
    FROM marks
    WINDOW
        along AS (PARTITION BY opp_id ORDER BY known_ts, seq NULLS LAST),
        so_far AS (PARTITION BY opp_id ORDER BY known_ts, seq NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
compared AS (
    SELECT
        *,
        lag(stage) OVER (PARTITION BY opp_id ORDER BY turn) AS last_stage,
        lag(is_gone) OVER (PARTITION BY opp_id ORDER BY turn) AS was_gone
    FROM carried
    WHERE stage IS NOT NULL
        AND NOT (is_record AND next_known_ts IS NOT NULL AND known_ts = next_known_ts)
),
turns AS (
    SELECT
        c.*,
        s.ord,
        CASE
            WHEN c.is_gone THEN 'gone'
            WHEN s.is_won THEN 'won'
            WHEN s.is_closed THEN 'lost'
            ELSE 'open'
        END AS status
    FROM compared AS c
    LEFT JOIN stages AS s
        ON s.pipeline_id = c.pipeline_id
        AND s.stage = c.stage
    WHERE (c.last_stage IS DISTINCT FROM c.stage)
        OR (c.was_gone IS DISTINCT FROM c.is_gone)
),
visits AS (
    SELECT
        opp_id,
        turn,
        pipeline_id,
        stage,
        ord,
        status,
        lead(stage) OVER along AS next_stage,
        lead(ord) OVER along AS next_ord,
        lead(status) OVER along AS next_status,
        local_date(born_ts, project_zone()) AS born_on,
        is_cut OR coalesce(was_gone, false) AS is_cut,
        ts AS entered_ts,
        lead(ts) OVER along AS left_ts,
        known_ts AS seen_ts,
        lead(known_ts) OVER along AS unseen_ts
    FROM turns
    WINDOW along AS (PARTITION BY opp_id ORDER BY turn)
)
SELECT *
FROM visits
WHERE status = 'open'
ORDER BY
    unseen_ts
