-- When did a deal enter which stage, by the columns "Date entered …"? A stage entered again keeps its last time only, but each snapshot
-- tells its own: what an older one saw is not lost. What the deal was worth at that time, the first snapshot that tells of it says.
-- Later snapshots are rows too, so that other changes of the deal are seen: from the snapshot's day on, a closing from the close date on.
-- A view without such columns has no history, and its moves are seen by comparing snapshots.
WITH entered AS (
    SELECT
        _key,
        regexp_replace(name, ' \([^()]*\)$', '') AS stage,
        value AS ts,
        first_seen
    FROM landing.hubspot_deals_entered
),
versions AS (
    SELECT
        d._key,
        CASE
            WHEN ends_with(d."dealstage", concat(' (', d."pipeline", ')')) OR s.name IS NOT NULL
            THEN regexp_replace(d."dealstage", ' \([^()]*\)$', '')
            ELSE d."dealstage"
        END AS stage,
        coalesce(d."amount_in_home_currency", d."amount") AS amount,
        d."closedate" AS close_date,
        d."hs_manual_forecast_category" AS forecast_category,
        d."hs_v2_date_entered_current_stage" AS current_ts,
        coalesce(
            d."hs_is_closed",
            d."hs_is_closed_won" OR d."hs_is_closed_lost",
            lower(d."dealstage") LIKE 'closed%'
        ) AS is_closed,
        d.first_seen,
        lag(d.last_seen) OVER (PARTITION BY d._key ORDER BY d.first_seen) AS seen_before
    FROM landing.hubspot_deals AS d
    LEFT JOIN (
        SELECT DISTINCT name
        FROM landing.hubspot_deals_entered
    ) AS s
        ON s.name = d."dealstage"
),
told AS (
    SELECT
        e._key,
        e.stage,
        e.ts,
        v.amount,
        v.close_date,
        v.forecast_category,
        row_number() OVER (PARTITION BY e._key, e.stage, e.ts ORDER BY e.first_seen) AS nth
    FROM entered AS e
    JOIN versions AS v
        ON v._key = e._key
        AND v.first_seen = e.first_seen
),
newest AS (
    SELECT
        _key,
        first_seen,
        max(ts) AS ts
    FROM entered
    GROUP BY
        _key,
        first_seen
)
SELECT
    'hubspot' AS source,
    concat(_key, ' ', stage) AS history_id,
    _key AS opp_id,
    ts,
    stage,
    amount,
    close_date,
    forecast_category,
    'wide_column' AS method
FROM told
WHERE nth = 1
UNION ALL
SELECT
    'hubspot' AS source,
    concat(v._key, ' ~', CAST(v.first_seen AS TEXT)) AS history_id,
    v._key AS opp_id,
    CASE
        WHEN v.seen_before IS NULL THEN greatest(n.ts, v.current_ts)
        WHEN v.is_closed THEN greatest(
            n.ts,
            start_of_day(v.seen_before, project_zone()),
            start_of_day(least(v.close_date, v.first_seen), project_zone())
        )
        ELSE greatest(n.ts, start_of_day(v.first_seen, project_zone()))
    END AS ts,
    v.stage,
    v.amount,
    v.close_date,
    v.forecast_category,
    'wide_column' AS method
FROM versions AS v
JOIN newest AS n
    ON n._key = v._key
    AND n.first_seen = v.first_seen
WHERE v.stage IS NOT NULL
