-- stored
-- Which activity was added when, and which happened when, by whom and of which type? One row for each stretch of snapshots,
-- [known_from, known_to), in which that is so: what is deleted is known no more. It is its creator's, on their own clock.
-- A series is added once, when its first row is; each of its occurrences happens. A copy for an attendee is no meeting.
WITH moments AS (
    SELECT
        'added' AS moment,
        source,
        activity_id,
        type,
        origin,
        activity_id AS record_id,
        created_by,
        created_ts AS added_ts,
        created_ts AS ts,
        CAST(NULL AS DATE) AS d,
        known_from,
        known_to,
        is_lone
    FROM activity_versions
    WHERE series_id IS NULL
    UNION ALL
    SELECT
        'added' AS moment,
        source,
        series_id AS activity_id,
        type,
        min(origin) OVER series AS origin,
        first_value(activity_id) OVER series AS record_id,
        first_value(created_by) OVER series AS created_by,
        first_value(created_ts) OVER series AS added_ts,
        first_value(created_ts) OVER series AS ts,
        CAST(NULL AS DATE) AS d,
        known_from,
        known_to,
        is_lone
    FROM activity_versions
    WHERE series_id IS NOT NULL
    WINDOW series AS (PARTITION BY source, series_id ORDER BY created_ts, activity_id)
    UNION ALL
    SELECT
        'happened' AS moment,
        source,
        activity_id,
        type,
        origin,
        activity_id AS record_id,
        created_by,
        created_ts AS added_ts,
        occurred_ts AS ts,
        occurred_on AS d,
        known_from,
        known_to,
        is_lone
    FROM activity_versions
    WHERE NOT is_series
        AND (occurred_ts IS NOT NULL OR occurred_on IS NOT NULL)
),
reached AS (
    SELECT
        *,
        max(known_to) OVER (
            PARTITION BY moment, source, activity_id, type, ts, d
            ORDER BY known_from, known_to
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS known_before
    FROM moments
    WHERE NOT is_lone
),
numbered AS (
    SELECT
        *,
        sum(CASE WHEN known_from <= known_before THEN 0 ELSE 1 END) OVER (
            PARTITION BY moment, source, activity_id, type, ts, d
            ORDER BY known_from, known_to
        ) AS stretch
    FROM reached
),
merged AS (
    SELECT
        moment,
        source,
        activity_id,
        type,
        ts,
        d,
        min(record_id) AS record_id,
        min(created_by) AS created_by,
        min(origin) AS origin,
        min(added_ts) AS added_ts,
        min(known_from) AS known_from,
        max(known_to) AS known_to
    FROM numbered
    GROUP BY
        moment,
        source,
        activity_id,
        type,
        ts,
        d,
        stretch
    UNION ALL
    SELECT
        moment,
        source,
        activity_id,
        type,
        ts,
        d,
        record_id,
        created_by,
        origin,
        added_ts,
        known_from,
        known_to
    FROM moments
    WHERE is_lone
)
SELECT
    m.moment,
    m.activity_id,
    m.type,
    CASE WHEN p.is_human THEN p.person_id END AS person_id,
    m.added_ts,
    m.ts,
    coalesce(m.d, local_date(m.ts, coalesce(h.tz, project_zone()))) AS local_date,
    CASE
        WHEN m.origin IS NOT NULL THEN m.origin
        WHEN NOT p.is_human THEN 'api'
        WHEN i.record_id IS NOT NULL THEN 'import'
        ELSE 'ui'
    END AS origin,
    nullif(m.known_from, DATE '1900-01-01') AS known_from,
    nullif(m.known_to, DATE '9999-12-31') AS known_to
FROM merged AS m
LEFT JOIN person_of_user AS p
    ON p.user_id = m.created_by
LEFT JOIN imported_records AS i
    ON i.source = m.source
    AND i.record_id = m.record_id
LEFT JOIN user_history AS h
    ON h.user_id = m.created_by
    AND CAST(m.ts AS DATE) >= h.valid_from
    AND (h.valid_to IS NULL OR CAST(m.ts AS DATE) < h.valid_to)
ORDER BY
    moment,
    local_date
