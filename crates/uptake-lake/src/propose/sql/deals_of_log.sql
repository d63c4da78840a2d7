-- What are the deals of the log? The newest row of each says what it is now. A list of deals would say more: amounts, owners, close dates.
WITH read AS (
    SELECT
        {id:text} AS opp_id,
        {at:instant} AS ts,
        concat(lpad(CAST(_line AS VARCHAR), 12, '0'), ' ', _key) AS tie,
        {person:user} AS user_id,
        {state:text} AS stage,
        {amount:decimal} AS amount,
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
        max(CASE WHEN _outcome = 'open' THEN ts END) OVER (PARTITION BY opp_id) AS last_open
    FROM read
),
deals AS (
    SELECT
        opp_id,
        first_value(user_id ORDER BY ts DESC, tie DESC) FILTER (WHERE user_id IS NOT NULL) AS owner_id,
        first_value(user_id ORDER BY ts, tie) FILTER (WHERE user_id IS NOT NULL) AS created_by,
        first_value(stage ORDER BY ts DESC, tie DESC) AS stage,
        first_value(_outcome ORDER BY ts DESC, tie DESC) AS _outcome,
        first_value(amount ORDER BY ts DESC, tie DESC) FILTER (WHERE amount IS NOT NULL) AS amount,
        min(ts) AS created_ts,
        min(CASE WHEN _outcome <> 'open' AND (last_open IS NULL OR ts >= last_open) THEN ts END) AS closed_ts,
        min(first_seen) AS first_seen,
        max(last_seen) AS last_seen
    FROM marked
    GROUP BY opp_id
)
SELECT
    '{source}' AS source,
    opp_id,
    owner_id,
    stage,
    {{stage_order}}
    amount,
    CAST(CASE _outcome WHEN 'won' THEN 1 WHEN 'lost' THEN 0 END AS DECIMAL(18, 4)) AS probability,
    CASE WHEN _outcome <> 'open' THEN local_date(closed_ts, project_zone()) END AS close_date,
    _outcome <> 'open' AS is_closed,
    _outcome = 'won' AS is_won,
    created_ts,
    created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    CAST(NULL AS DATE) AS next_seen,
    false AS gone
FROM deals
