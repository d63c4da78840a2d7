-- Which days does each asked period have, up to the day it is told from?
SELECT
    period_start,
    at,
    CAST(unnest(generate_series(period_start, at, INTERVAL '1 day')) AS DATE) AS d
FROM periods
