-- stored
-- As what did a deal begin a day on which it changed, and as what did it end it? One row for each deal and such day; before its first day it was
-- nothing. previous_d and next_d are the deal's neighbouring days of change. An amount in another currency than the firm's is none; quarter is the
-- fiscal quarter of the close date.
WITH days AS (
    SELECT
        opp_id,
        owner_id,
        status,
        coalesce(currency, currency()) AS currency,
        CASE WHEN coalesce(currency, currency()) = currency() THEN amount END AS amount,
        period_start(close_date, 'quarter') AS quarter,
        local_date(valid_from, project_zone()) AS d,
        local_date(valid_to, project_zone()) AS next_d
    FROM opportunity_history
)
SELECT
    opp_id,
    d,
    lag(d) OVER along AS previous_d,
    next_d,
    lag(owner_id) OVER along AS before_owner,
    lag(status) OVER along AS before_status,
    lag(currency) OVER along AS before_currency,
    lag(amount) OVER along AS before_amount,
    lag(quarter) OVER along AS before_quarter,
    owner_id AS after_owner,
    status AS after_status,
    currency AS after_currency,
    amount AS after_amount,
    quarter AS after_quarter
FROM days
WHERE next_d IS NULL
    OR d < next_d
WINDOW along AS (PARTITION BY opp_id ORDER BY d)
ORDER BY
    d
