-- stored
-- Who worked in the CRM when? One row for each human, instant, object and record, from the stamps that records carry.
-- The day is that of the person's own clock.
WITH events AS (
    SELECT
        source,
        object,
        record_id,
        user_id,
        ts,
        min(kind) AS kind,
        min(method) AS method
    FROM stamps
    GROUP BY
        source,
        object,
        record_id,
        user_id,
        ts
)
SELECT
    p.person_id,
    e.user_id,
    e.source,
    e.object,
    e.record_id,
    e.ts,
    local_date(e.ts, coalesce(h.tz, project_zone())) AS local_date,
    e.kind,
    e.method
FROM events AS e
JOIN person_of_user AS p
    ON p.user_id = e.user_id
LEFT JOIN user_history AS h
    ON h.user_id = e.user_id
    AND CAST(e.ts AS DATE) >= h.valid_from
    AND (h.valid_to IS NULL OR CAST(e.ts AS DATE) < h.valid_to)
WHERE p.is_human
