-- Who worked in the CRM in each asked week, month or quarter, or logged in, and what is known of them on the day that it is told from?
WITH asked AS (
    SELECT
        *,
        at + 1 AS day_after
    FROM periods
)
SELECT
    p.period_start,
    p.at,
    p.day_after,
    a.* EXCLUDE (period_start)
FROM asked AS p
JOIN active_periods AS a
    ON a.period_start = p.period_start
WHERE p.at = p.period_end
UNION ALL
SELECT
    p.period_start,
    p.at,
    p.day_after,
    a.grain,
    a.basis,
    a.person_id,
    a.first_date,
    a.last_date,
    a.first_ts,
    a.last_ts,
    a.events,
    h.grade,
    h.office,
    h.location,
    h.department,
    h.job_family,
    h.country,
    h.is_leader,
    h.is_active,
    NOT h.is_active AND h.valid_from > p.period_start AS has_left
FROM asked AS p
JOIN active_periods AS a
    ON a.period_start = p.period_start
    AND a.first_date <= p.at
LEFT JOIN person_history AS h
    ON h.person_id = a.person_id
    AND p.at >= h.valid_from
    AND (h.valid_to IS NULL OR p.at < h.valid_to)
WHERE p.at < p.period_end
