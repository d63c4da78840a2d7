-- stored
-- On which days of their own calendar did a person work in the CRM, or log in, and how often?
SELECT
    person_id,
    'work' AS basis,
    local_date,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS events
FROM work_events
GROUP BY
    person_id,
    local_date
UNION ALL
SELECT
    person_id,
    'login' AS basis,
    local_date,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS events
FROM login_starts
GROUP BY
    person_id,
    local_date
ORDER BY
    basis,
    local_date
