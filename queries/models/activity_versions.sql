-- stored
-- What did the snapshots say of an activity, as long as it was there, and from which to which? `is_lone` where that is all that was
-- ever said of it. A copy for an attendee is no activity of its own.
WITH versions AS (
    SELECT
        *,
        lead(first_seen) OVER (PARTITION BY source, activity_id ORDER BY first_seen) AS next_first,
        lag(first_seen) OVER (PARTITION BY source, activity_id ORDER BY first_seen) AS previous_first
    FROM activities
)
SELECT
    source,
    activity_id,
    series_id,
    type,
    origin,
    created_by,
    created_ts,
    occurred_ts,
    occurred_on,
    coalesce(is_series, false) AS is_series,
    series_id IS NULL AND previous_first IS NULL AND next_first IS NULL AS is_lone,
    CASE WHEN previous_first IS NULL THEN DATE '1900-01-01' ELSE first_seen END AS known_from,
    coalesce(CASE WHEN gone THEN next_seen ELSE next_first END, DATE '9999-12-31') AS known_to
FROM versions
WHERE NOT coalesce(is_deleted, false)
    AND NOT coalesce(is_copy, false)
