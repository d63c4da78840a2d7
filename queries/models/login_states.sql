-- stored
-- How long is it since a person last logged in? One row for each stretch of days: never, active (up to 7 days), slipping (8 to
-- 14), lapsed (15 to 28), dormant (more). `from_ts` is the login that begins a stretch, `to_ts` the one that ends it, so that a
-- login that is not known yet can be left out. Where the log is short, the CRM's own last login tells that there was one.
WITH seen AS (
    SELECT
        person_id,
        local_date,
        ts
    FROM login_starts
    UNION ALL
    SELECT
        p.person_id,
        local_date(l.ts, coalesce(h.tz, project_zone())) AS local_date,
        l.ts
    FROM logins AS l
    JOIN person_of_user AS p
        ON p.user_id = l.user_id
    LEFT JOIN user_history AS h
        ON h.user_id = l.user_id
        AND CAST(l.ts AS DATE) >= h.valid_from
        AND (h.valid_to IS NULL OR CAST(l.ts AS DATE) < h.valid_to)
    WHERE p.is_human
        AND l.method = 'snapshot_diff'
),
days AS (
    SELECT
        person_id,
        local_date,
        min(ts) AS ts
    FROM seen
    GROUP BY
        person_id,
        local_date
),
compared AS (
    SELECT
        person_id,
        local_date,
        ts,
        lag(local_date) OVER (PARTITION BY person_id ORDER BY local_date) AS previous_date
    FROM days
),
numbered AS (
    SELECT
        person_id,
        local_date,
        ts,
        sum(CASE WHEN local_date <= previous_date + 7 THEN 0 ELSE 1 END) OVER (PARTITION BY person_id ORDER BY local_date) AS run
    FROM compared
),
runs AS (
    SELECT
        person_id,
        run,
        min(local_date) AS first_date,
        min(ts) AS first_ts,
        max(local_date) AS last_date
    FROM numbered
    GROUP BY
        person_id,
        run
),
followed AS (
    SELECT
        *,
        lead(first_date) OVER (PARTITION BY person_id ORDER BY run) AS next_date,
        lead(first_ts) OVER (PARTITION BY person_id ORDER BY run) AS next_ts
    FROM runs
),
steps AS (
    SELECT
        f.person_id,
        s.state,
        CASE WHEN s.begins = 0 THEN f.first_date ELSE f.last_date + s.begins END AS valid_from,
        f.last_date + s.ends AS ends_on,
        f.next_date,
        CASE WHEN s.begins = 0 THEN f.first_ts END AS from_ts,
        f.next_ts
    FROM followed AS f
    CROSS JOIN (
        VALUES ('active', 0, 8), ('slipping', 8, 15), ('lapsed', 15, 29), ('dormant', 29, NULL)
    ) AS s (state, begins, ends)
)
SELECT
    person_id,
    state,
    valid_from,
    least(ends_on, next_date) AS valid_to,
    from_ts,
    CASE WHEN ends_on IS NULL OR next_date < ends_on THEN next_ts END AS to_ts
FROM steps
WHERE next_date IS NULL
    OR valid_from <= next_date
UNION ALL
SELECT
    p.person_id,
    'never' AS state,
    DATE '1900-01-01' AS valid_from,
    f.first_date AS valid_to,
    NULL AS from_ts,
    f.first_ts AS to_ts
FROM people AS p
LEFT JOIN runs AS f
    ON f.person_id = p.person_id
    AND f.run = 1
