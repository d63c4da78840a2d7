-- stored
-- Which stages can a deal be in, in which order, and is it closed or won there?
-- What the newest snapshot with a deal in the stage says. A stage seen in the history only is won at 100 %, lost at 0 %
-- if no deal ever left it, else open. Where the snapshots tell no order, the probability does: such a stage stands behind the last
-- one that is no likelier. ord counts from 1.
WITH shown AS (
    SELECT
        stage,
        stage_order,
        is_closed,
        is_won,
        probability,
        row_number() OVER (
            PARTITION BY stage
            ORDER BY next_seen DESC NULLS FIRST, first_seen DESC, opp_id
        ) AS newest
    FROM deal_snapshots
    WHERE stage IS NOT NULL
        AND is_closed IS NOT NULL
),
entered AS (
    SELECT
        stage,
        probability,
        lead(stage) OVER (PARTITION BY opp_id ORDER BY ts, history_id) AS next_stage
    FROM deal_history
    WHERE stage IS NOT NULL
),
written AS (
    SELECT
        stage,
        max(probability) AS probability,
        max(CASE WHEN next_stage <> stage THEN 1 ELSE 0 END) AS was_left
    FROM entered
    GROUP BY stage
),
known AS (
    SELECT
        coalesce(s.stage, w.stage) AS stage,
        s.stage_order,
        coalesce(s.is_closed, w.probability = 1 OR (w.probability = 0 AND w.was_left = 0), false) AS is_closed,
        coalesce(s.is_won, w.probability = 1, false) AS is_won,
        coalesce(s.probability, w.probability) AS probability
    FROM (
        SELECT *
        FROM shown
        WHERE newest = 1
    ) AS s
    FULL JOIN written AS w
        ON w.stage = s.stage
),
placed AS (
    SELECT
        k.stage,
        k.stage_order,
        k.is_closed,
        k.is_won,
        k.probability,
        coalesce(k.stage_order, max(o.stage_order), 0) AS place
    FROM known AS k
    LEFT JOIN known AS o
        ON k.stage_order IS NULL
        AND o.stage_order IS NOT NULL
        AND (k.is_closed OR NOT o.is_closed)
        AND (k.is_closed OR o.probability <= k.probability)
    GROUP BY
        k.stage,
        k.stage_order,
        k.is_closed,
        k.is_won,
        k.probability
)
SELECT
    'default' AS pipeline_id,
    stage,
    dense_rank() OVER (
        ORDER BY
            place,
            CASE WHEN stage_order IS NULL THEN 1 ELSE 0 END,
            CASE WHEN stage_order IS NULL THEN is_closed END,
            CASE WHEN stage_order IS NULL THEN probability END
    ) AS ord,
    is_closed,
    is_won,
    probability AS default_probability,
    CAST(NULL AS DATE) AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM placed
