-- stored
-- Who created which contact, account, lead, deal or case, when, and how? The creator counts, whoever owns it now.
-- What the source does not say of the origin is told by the creator and the hour: a robot's is api, an import's import.
WITH births AS (
    SELECT
        object,
        source,
        record_id,
        min(origin) AS origin,
        min(created_ts) AS ts,
        min(created_by) AS created_by
    FROM record_versions
    WHERE created_ts IS NOT NULL
    GROUP BY
        object,
        source,
        record_id
)
SELECT
    b.object,
    b.source,
    b.record_id,
    CASE WHEN p.is_human THEN p.person_id END AS person_id,
    b.ts,
    local_date(b.ts, coalesce(h.tz, project_zone())) AS local_date,
    CASE
        WHEN b.origin IS NOT NULL THEN b.origin
        WHEN NOT p.is_human THEN 'api'
        WHEN i.record_id IS NOT NULL THEN 'import'
        ELSE 'ui'
    END AS origin
FROM births AS b
LEFT JOIN person_of_user AS p
    ON p.user_id = b.created_by
LEFT JOIN imported_records AS i
    ON i.source = b.source
    AND i.record_id = b.record_id
LEFT JOIN user_history AS h
    ON h.user_id = b.created_by
    AND CAST(b.ts AS DATE) >= h.valid_from
    AND (h.valid_to IS NULL OR CAST(b.ts AS DATE) < h.valid_to)
