-- Who has an active licence on the last day of each asked period, and under which grade and office do they count then?
SELECT
    p.period_start,
    p.at,
    h.person_id,
    h.started_on,
    h.grade,
    h.office,
    h.location,
    h.department,
    h.job_family,
    h.country,
    h.is_leader,
    h.work_bits,
    h.calendar_id
FROM periods AS p
JOIN person_history AS h
    ON h.is_active
    AND p.at >= h.valid_from
    AND (h.valid_to IS NULL OR p.at < h.valid_to)
