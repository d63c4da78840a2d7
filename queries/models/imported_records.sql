-- stored
-- Which records came by an import, whatever name it bears? More than 50 of one object by one creator in one UTC clock hour.
-- A recurring series counts as one, and so does a meeting with the copies for those who attend.
WITH hours AS (
    SELECT
        source,
        object,
        user_id,
        date_trunc('hour', ts) AS hour
    FROM stamps
    WHERE kind = 'created'
    GROUP BY
        source,
        object,
        user_id,
        date_trunc('hour', ts)
    HAVING count(*) > 50
),
many AS (
    SELECT
        s.source,
        s.object,
        s.record_id,
        s.user_id,
        s.ts,
        h.hour
    FROM hours AS h
    JOIN stamps AS s
        ON s.source = h.source
        AND s.object = h.object
        AND s.user_id = h.user_id
        AND date_trunc('hour', s.ts) = h.hour
    WHERE s.kind = 'created'
),
belonging AS (
    SELECT
        source,
        activity_id,
        max(series_id) AS series_id,
        bool_or(is_copy) AS is_copy
    FROM activities
    GROUP BY
        source,
        activity_id
),
crowded AS (
    SELECT
        m.source,
        m.object,
        m.user_id,
        m.hour
    FROM many AS m
    LEFT JOIN belonging AS b
        ON b.source = m.source
        AND b.activity_id = m.record_id
    WHERE NOT coalesce(b.is_copy, false)
    GROUP BY
        m.source,
        m.object,
        m.user_id,
        m.hour
    HAVING count(DISTINCT coalesce(b.series_id, m.record_id)) > 50
)
SELECT
    m.source,
    m.record_id,
    min(m.ts) AS ts
FROM many AS m
JOIN crowded AS c
    ON c.source = m.source
    AND c.object = m.object
    AND c.user_id = m.user_id
    AND c.hour = m.hour
GROUP BY
    m.source,
    m.record_id
