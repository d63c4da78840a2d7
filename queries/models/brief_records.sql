-- stored
-- Which records were gone again within 7 days of their creation, and from which snapshot to which is that so?
-- The stamp of a deletion says when; where there is none, the last snapshot that showed the record.
WITH versions AS (
    SELECT
        *,
        lead(first_seen) OVER (PARTITION BY object, source, record_id ORDER BY first_seen) AS next_first,
        row_number() OVER (PARTITION BY object, source, record_id ORDER BY first_seen) AS version,
        sum(CASE WHEN is_deleted THEN 0 ELSE 1 END) OVER (PARTITION BY object, source, record_id ORDER BY first_seen) AS life
    FROM record_versions
),
stamped AS (
    SELECT
        *,
        min(deleted_ts) OVER (PARTITION BY object, source, record_id, life) AS end_ts
    FROM versions
),
absent AS (
    SELECT
        object,
        record_id,
        coalesce(
            end_ts < created_ts + INTERVAL '7 days',
            last_seen - local_date(created_ts, project_zone()) < 7
        ) AS is_brief,
        CASE
            WHEN NOT is_deleted THEN next_seen
            WHEN version > 1 THEN first_seen
        END AS valid_from,
        next_first AS valid_to
    FROM stamped
    WHERE is_deleted
        OR gone
)
SELECT
    object,
    record_id,
    valid_from,
    valid_to
FROM absent
WHERE is_brief
