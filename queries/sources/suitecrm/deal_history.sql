-- What does the audit say of each opportunity, and when? A row is one new value of one field, with the value before; the other fields are
-- those of the rows before it, and before the first change of a field what it was before that. The birth is a row too.
WITH changes AS (
    SELECT
        "id" AS history_id,
        "parent_id" AS opp_id,
        "date_created" AS ts,
        "created_by" AS user_id,
        "field_name" AS field,
        "before_value_string" AS before,
        "after_value_string" AS after
    FROM landing.suitecrm_opportunities_audit
    WHERE "field_name" IN ('sales_stage', 'amount', 'date_closed')
),
firsts AS (
    SELECT
        opp_id,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'sales_stage') AS stage,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'amount') AS amount,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'date_closed') AS close_date
    FROM changes
    GROUP BY opp_id
),
deals AS (
    SELECT
        _key AS opp_id,
        first_value("sales_stage" ORDER BY first_seen) AS stage,
        first_value("amount" ORDER BY first_seen) AS amount,
        first_value("date_closed" ORDER BY first_seen) AS close_date,
        min("date_entered") AS ts,
        min("created_by") AS user_id
    FROM landing.suitecrm_opportunities
    GROUP BY _key
),
rows AS (
    SELECT
        f.opp_id AS history_id,
        f.opp_id,
        d.ts,
        d.user_id,
        coalesce(f.stage, d.stage) AS stage,
        coalesce(f.amount, CAST(d.amount AS TEXT)) AS amount,
        coalesce(f.close_date, CAST(d.close_date AS TEXT)) AS close_date
    FROM firsts AS f
    JOIN deals AS d
        ON d.opp_id = f.opp_id
    UNION ALL
    SELECT
        history_id,
        opp_id,
        ts,
        user_id,
        CASE WHEN field = 'sales_stage' THEN after END AS stage,
        CASE WHEN field = 'amount' THEN after END AS amount,
        CASE WHEN field = 'date_closed' THEN after END AS close_date
    FROM changes
)
SELECT
    'suitecrm' AS source,
    history_id,
    opp_id,
    ts,
    user_id,
    last_value(stage) IGNORE NULLS OVER so_far AS stage,
    TRY_CAST(last_value(amount) IGNORE NULLS OVER so_far AS DECIMAL(18, 4)) AS amount,
    TRY_CAST(last_value(close_date) IGNORE NULLS OVER so_far AS DATE) AS close_date,
    'log' AS method
FROM rows
WINDOW so_far AS (PARTITION BY opp_id ORDER BY ts, history_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
