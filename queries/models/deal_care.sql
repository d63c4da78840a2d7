-- When was a deal last touched by a human, and is it slow: in its stage for longer than stage_limits says? One row for each stretch of days,
-- [valid_from, valid_to), without gaps; touched_on is the day of the last touch up to then, NULL before the first.
WITH limits AS (
    SELECT
        *,
        next_period(quarter, 'quarter') AS next_quarter,
        CAST(round(days * 86400e6) AS BIGINT) AS stay
    FROM stage_limits
    WHERE days IS NOT NULL
),
slow AS (
    SELECT
        v.opp_id,
        greatest(
            l.quarter,
            local_date(v.seen_ts, project_zone()),
            local_date(arrow_cast(CAST(v.entered_ts AS BIGINT) + l.stay, 'Timestamp(Microsecond, Some("UTC"))'), project_zone())
        ) AS valid_from,
        least(l.next_quarter, local_date(v.unseen_ts, project_zone())) AS valid_to
    FROM stage_visits AS v
    JOIN limits AS l
        ON l.pipeline_id = v.pipeline_id
        AND l.stage = v.stage
        AND local_date(v.seen_ts, project_zone()) < l.next_quarter
        AND (v.unseen_ts IS NULL OR local_date(v.unseen_ts, project_zone()) > l.quarter)
    WHERE NOT v.is_cut
),
turns AS (
    SELECT
        opp_id,
        local_date(ts, project_zone()) AS d,
        local_date(ts, project_zone()) AS touched_on,
        0 AS more
    FROM deal_touches
    UNION ALL
    SELECT
        opp_id,
        valid_from AS d,
        NULL AS touched_on,
        1 AS more
    FROM slow
    WHERE valid_from < valid_to
    UNION ALL
    SELECT
        opp_id,
        valid_to AS d,
        NULL AS touched_on,
        -1 AS more
    FROM slow
    WHERE valid_from < valid_to
),
days AS (
    SELECT
        opp_id,
        d,
        max(touched_on) AS touched_on,
        sum(more) AS more
    FROM turns
    GROUP BY
        opp_id,
        d
)
SELECT
    opp_id,
    max(touched_on) OVER so_far AS touched_on,
    sum(more) OVER so_far > 0 AS is_slow,
    d AS valid_from,
    lead(d) OVER (PARTITION BY opp_id ORDER BY d) AS valid_to
FROM days
WINDOW so_far AS (PARTITION BY opp_id ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
UNION ALL
SELECT
    opp_id,
    NULL AS touched_on,
    false AS is_slow,
    DATE '1900-01-01' AS valid_from,
    min(d) AS valid_to
FROM days
GROUP BY opp_id
