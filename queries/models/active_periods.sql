-- stored
-- In which weeks, months and quarters did a person work in the CRM, or log in, on which day first, and how often? `active_days`, told shorter.
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
ORDER BY
    grain,
    basis,
    period_start
