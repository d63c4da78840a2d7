-- What does the whole firm want of each asked period? One row for each period and metric.
-- Targets are monthly: a period has of each month the share of its days in it.
WITH target_days AS (
    SELECT
        period_start,
        d,
        date_trunc('month', d) AS month
    FROM (
        SELECT
            period_start,
            CAST(unnest(generate_series(period_start, period_end, INTERVAL '1 day')) AS DATE) AS d
        FROM periods
    ) AS all_days
),
target_months AS (
    SELECT
        m.period_start,
        m.month,
        t.metric,
        t.target * count(*) / (CAST(m.month + INTERVAL '1 month' AS DATE) - CAST(m.month AS DATE)) AS target
    FROM target_days AS m
    JOIN targets AS t
        ON (t.valid_from IS NULL OR m.d >= t.valid_from)
        AND (t.valid_to IS NULL OR m.d < t.valid_to)
    WHERE coalesce(t.scope, '') = ''
    GROUP BY
        m.period_start,
        m.month,
        t.metric,
        t.target
)
SELECT
    period_start,
    metric,
    sum(target) AS target
FROM target_months
GROUP BY
    period_start,
    metric
