-- stored
-- When did a human being create or change a deal? Stamps of the record, and rows of its history. What robots write is no touch.
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
