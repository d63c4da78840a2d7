-- stored
-- How long do deals that we win stay in a stage, at most nine times of ten? One row for each fiscal quarter and open stage.
-- From the visits of the deals won in the four quarters before: of the stage where there are 30, else of all stages where there are 30,
-- else NULL. The limit is the least stay by which 90 % of them were over.
WITH quarters AS (
    SELECT
        quarter,
        start_of_day(quarter, project_zone()) AS quarter_ts,
        CAST(quarter - INTERVAL '1 year' AS DATE) AS from_quarter
    FROM (
        SELECT CAST(unnest(generate_series(first_quarter, last_day, INTERVAL '3 months')) AS DATE) AS quarter
        FROM (
            SELECT
                period_start(min(local_date(created_ts, project_zone())), 'quarter') AS first_quarter,
                max(coalesce(last_seen, first_seen)) AS last_day
            FROM deal_snapshots
        ) AS known
        WHERE first_quarter IS NOT NULL
            AND last_day IS NOT NULL
    ) AS all_quarters
),
stays AS (
    SELECT
        q.quarter,
        v.pipeline_id,
        v.stage,
        CAST(CAST(v.left_ts AS BIGINT) - CAST(v.entered_ts AS BIGINT) AS DOUBLE) / 86400e6 AS days
    FROM quarters AS q
    JOIN closed_deals AS d
        ON d.close_date >= q.from_quarter
        AND d.close_date < q.quarter
        AND d.valid_from < q.quarter_ts
        AND (d.valid_to IS NULL OR d.valid_to >= q.quarter_ts)
    JOIN stage_visits AS v
        ON v.opp_id = d.opp_id
        AND v.unseen_ts < q.quarter_ts
    WHERE d.status = 'won'
        AND NOT v.is_cut
        AND v.next_status <> 'gone'
),
ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY quarter, pipeline_id, stage ORDER BY days) AS place_in_stage,
        count(*) OVER (PARTITION BY quarter, pipeline_id, stage) AS stays_in_stage,
        row_number() OVER (PARTITION BY quarter ORDER BY days) AS place,
        count(*) OVER (PARTITION BY quarter) AS stays
    FROM stays
),
of_stages AS (
    SELECT
        quarter,
        pipeline_id,
        stage,
        min(CASE WHEN 10 * place_in_stage >= 9 * stays_in_stage AND stays_in_stage >= 30 THEN days END) AS days
    FROM ranked
    GROUP BY
        quarter,
        pipeline_id,
        stage
),
of_all AS (
    SELECT
        quarter,
        min(CASE WHEN 10 * place >= 9 * stays AND stays >= 30 THEN days END) AS days
    FROM ranked
    GROUP BY quarter
)
SELECT
    q.quarter,
    s.pipeline_id,
    s.stage,
    coalesce(l.days, a.days) AS days
FROM quarters AS q
CROSS JOIN stages AS s
LEFT JOIN of_stages AS l
    ON l.quarter = q.quarter
    AND l.pipeline_id = s.pipeline_id
    AND l.stage = s.stage
LEFT JOIN of_all AS a
    ON a.quarter = q.quarter
WHERE NOT s.is_closed
