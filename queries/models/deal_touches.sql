-- stored
-- When did a human being work on a deal? They create or change it, write a row of its history, touch an activity of it, or hold the meeting.
-- What robots write is no touch, and of what they record nothing is.
SELECT
    e.record_id AS opp_id,
    e.ts
FROM work_events AS e
JOIN (
    SELECT DISTINCT opp_id
    FROM deal_snapshots
) AS d
    ON d.opp_id = e.record_id
UNION
SELECT
    h.opp_id,
    h.ts
FROM deal_history AS h
JOIN person_of_user AS p
    ON p.user_id = h.user_id
WHERE p.is_human
UNION
SELECT
    a.opp_id,
    e.ts
FROM work_events AS e
JOIN activities AS a
    ON a.activity_id = e.record_id
WHERE a.opp_id IS NOT NULL
UNION
SELECT
    a.opp_id,
    a.occurred_ts AS ts
FROM activities AS a
JOIN person_of_user AS p
    ON p.user_id = a.created_by
WHERE p.is_human
    AND a.opp_id IS NOT NULL
    AND a.occurred_ts IS NOT NULL
    AND NOT coalesce(a.is_deleted, false)
    AND NOT coalesce(a.is_series, false)
ORDER BY
    ts
