-- When did a deal enter which stage, by the columns "Date entered …"? A stage entered again keeps its last time only, but each snapshot
-- tells its own: what an older one saw is not lost. What the deal was worth at that time, the first snapshot that tells of it says.
-- Later snapshots are rows too, so that other changes of the deal are seen: from the snapshot's day on, a closing from the close date on.
-- A view without such columns has no history, and its moves are seen by comparing snapshots.
-- Where the history of properties tells a deal's stages, that is its log: a row for each new value, of the last 20 of each property; the
-- others are those of the rows before it, else of the first snapshot. The API's name of a stage is told by the list of stages.
WITH labels AS (
    SELECT
        "stage_id" AS id,
        first_value("label" ORDER BY first_seen DESC, "pipeline_id") AS label
    FROM landing.hubspot_deal_stages
    GROUP BY "stage_id"
),
written AS (
    SELECT
        "deal_id" AS opp_id,
        lower("name") AS field,
        "timestamp" AS ts,
        "value" AS value
    FROM landing.hubspot_deal_property_history
    WHERE lower("name") IN ('dealstage', 'amount', 'closedate', 'hs_manual_forecast_category')
    UNION ALL
    SELECT
        "deal_id" AS opp_id,
        'dealstage' AS field,
        "date_entered" AS ts,
        "value" AS value
    FROM landing.hubspot_deal_stage_history
),
-- Milliseconds since 1970, or a time of UTC whose hour may have one digit.
values_told AS (
    SELECT
        opp_id,
        field,
        CASE
            WHEN regexp_like(ts, '^[0-9]{13}$') THEN
                arrow_cast(TRY_CAST(ts AS BIGINT) * 1000, 'Timestamp(Microsecond, Some("UTC"))')
            ELSE arrow_cast(
                TRY_CAST(regexp_replace(replace(ts, ' UTC', ''), ' ([0-9]):', ' 0\1:') AS TIMESTAMP),
                'Timestamp(Microsecond, Some("UTC"))'
            )
        END AS ts,
        value
    FROM written
),
changes AS (
    SELECT
        opp_id,
        field,
        ts,
        max(value) AS value
    FROM values_told
    WHERE ts IS NOT NULL
    GROUP BY
        opp_id,
        field,
        ts
),
logged AS (
    SELECT DISTINCT opp_id
    FROM changes
    WHERE field = 'dealstage'
),
carried AS (
    SELECT
        c.opp_id,
        c.field,
        c.ts,
        last_value(CASE WHEN c.field = 'dealstage' THEN coalesce(l.label, regexp_replace(c.value, ' \([^()]*\)$', '')) END)
            IGNORE NULLS OVER so_far AS stage,
        last_value(CASE WHEN c.field = 'amount' THEN c.value END) IGNORE NULLS OVER so_far AS amount,
        last_value(
            CASE
                WHEN c.field <> 'closedate' THEN NULL
                WHEN regexp_like(c.value, '^[0-9]{12,13}$') THEN CAST(
                    local_date(
                        arrow_cast(TRY_CAST(c.value AS BIGINT) * 1000, 'Timestamp(Microsecond, Some("UTC"))'),
                        project_zone()
                    ) AS TEXT
                )
                ELSE substr(c.value, 1, 10)
            END
        ) IGNORE NULLS OVER so_far AS close_date,
        last_value(CASE WHEN c.field = 'hs_manual_forecast_category' THEN c.value END) IGNORE NULLS OVER so_far AS forecast_category
    FROM changes AS c
    LEFT JOIN labels AS l
        ON l.id = c.value
    WINDOW so_far AS (PARTITION BY c.opp_id ORDER BY c.ts, c.field ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
firsts AS (
    SELECT
        _key AS opp_id,
        first_value(coalesce("amount_in_home_currency", "amount") ORDER BY first_seen) AS amount,
        first_value("closedate" ORDER BY first_seen) AS close_date
    FROM landing.hubspot_deals
    GROUP BY _key
),
entered AS (
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
LEFT ANTI JOIN logged
    ON logged.opp_id = told._key
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
LEFT ANTI JOIN logged
    ON logged.opp_id = v._key
WHERE v.stage IS NOT NULL
UNION ALL
SELECT
    'hubspot' AS source,
    concat(c.opp_id, ' ', CAST(c.ts AS TEXT), ' ', c.field) AS history_id,
    c.opp_id,
    c.ts,
    c.stage,
    coalesce(TRY_CAST(c.amount AS DECIMAL(18, 4)), f.amount) AS amount,
    coalesce(TRY_CAST(c.close_date AS DATE), f.close_date) AS close_date,
    c.forecast_category,
    'log' AS method
FROM carried AS c
JOIN logged AS g
    ON g.opp_id = c.opp_id
LEFT JOIN firsts AS f
    ON f.opp_id = c.opp_id
WHERE c.stage IS NOT NULL
