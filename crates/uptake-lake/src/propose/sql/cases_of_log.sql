-- What are the cases of the log? The newest row of each says what it is now; it was closed by the first row after which it is not open any more.
WITH read AS (
    SELECT
        {id:text} AS case_id,
        {at:instant} AS ts,
        concat(lpad(CAST(_line AS VARCHAR), 12, '0'), ' ', _key) AS tie,
        {person:user} AS user_id,
        {state:text} AS status,
        first_seen,
        last_seen,
        {{outcome}}
    FROM landing.{relation}
    WHERE {state:text} <> ''
        AND {id:text} <> ''
),
marked AS (
    SELECT
        *,
        max(CASE WHEN _outcome = 'open' THEN ts END) OVER (PARTITION BY case_id) AS last_open
    FROM read
)
SELECT
    '{source}' AS source,
    case_id,
    first_value(user_id ORDER BY ts DESC, tie DESC) FILTER (WHERE user_id IS NOT NULL) AS owner_id,
    first_value(status ORDER BY ts DESC, tie DESC) AS status,
    first_value(_outcome ORDER BY ts DESC, tie DESC) <> 'open' AS is_closed,
    CASE
        WHEN first_value(_outcome ORDER BY ts DESC, tie DESC) <> 'open' THEN
            min(CASE WHEN _outcome <> 'open' AND (last_open IS NULL OR ts >= last_open) THEN ts END)
    END AS closed_ts,
    min(ts) AS created_ts,
    first_value(user_id ORDER BY ts, tie) FILTER (WHERE user_id IS NOT NULL) AS created_by,
    false AS is_deleted,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    CAST(NULL AS DATE) AS next_seen,
    false AS gone
FROM marked
GROUP BY case_id
