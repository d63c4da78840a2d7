-- stored
-- In which weeks, months and quarters did a person work in the CRM, or log in, and on which day first? `active_days`, told shorter.
SELECT
    g.grain,
    a.basis,
    period_start(a.local_date, g.grain) AS period_start,
    a.person_id,
    min(a.local_date) AS first_date,
    min(a.first_ts) AS first_ts
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
