-- stored
-- In which weeks, months and quarters did a person work in the CRM, or log in, on which day first, and how often? `active_days`, told shorter,
-- with what is known of the person on the period's last day. Who had a licence in the period and has none then has left.
WITH told AS (
    SELECT
        g.grain,
        a.basis,
        period_start(a.local_date, g.grain) AS period_start,
        a.person_id,
        min(a.local_date) AS first_date,
        max(a.local_date) AS last_date,
        min(a.first_ts) AS first_ts,
        max(a.last_ts) AS last_ts,
        sum(a.events) AS events
    FROM (VALUES ('week'), ('month'), ('quarter')) AS g(grain)
    CROSS JOIN active_days AS a
    GROUP BY
        g.grain,
        a.basis,
        period_start(a.local_date, g.grain),
        a.person_id
)
SELECT
    t.grain,
    t.basis,
    t.period_start,
    t.person_id,
    t.first_date,
    t.last_date,
    t.first_ts,
    t.last_ts,
    t.events,
    h.grade,
    h.office,
    h.location,
    h.department,
    h.job_family,
    h.country,
    h.is_leader,
    h.is_active,
    NOT h.is_active AND h.valid_from > t.period_start AS has_left
FROM told AS t
LEFT JOIN person_history AS h
    ON h.person_id = t.person_id
    AND h.valid_from < next_period(t.period_start, t.grain)
    AND (h.valid_to IS NULL OR h.valid_to >= next_period(t.period_start, t.grain))
ORDER BY
    grain,
    basis,
    period_start
