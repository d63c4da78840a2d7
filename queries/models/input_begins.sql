-- stored
-- Since which day, in the project's zone, does each input tell anything? Before it a figure is unknown, not 0.
-- Users are not here: who was active before the first export is known from their records.
SELECT
    input,
    local_date(min(ts), project_zone()) AS begins_on
FROM (
    SELECT
        'logins' AS input,
        min(ts) AS ts
    FROM logins
    UNION ALL
    SELECT
        'records' AS input,
        min(ts) AS ts
    FROM work_events
    UNION ALL
    SELECT
        'activities' AS input,
        min(created_ts) AS ts
    FROM activities
    UNION ALL
    SELECT
        'deals' AS input,
        min(valid_from) AS ts
    FROM opportunity_history
) AS firsts
WHERE ts IS NOT NULL
GROUP BY input
