-- What did the CRM's own history write down of each deal, and when? A row is a change of any of these, not only of stage.
-- OpportunityHistory tells it whole. A deal that it does not tell is told by the tracked fields, one row for each new value: what a field
-- was before its first change, it was from its birth on, and what no change tells, the record does. Where stages are not tracked that is no
-- history. A deal that neither tells, by the versions that a connector kept.
WITH tracked AS (
    SELECT count(*) AS n
    FROM landing.salesforce_opportunityfieldhistory
    WHERE "Field" = 'StageName'
),
told AS (
    SELECT DISTINCT "OpportunityId" AS opp_id
    FROM landing.salesforce_opportunityhistory
    WHERE "OpportunityId" IS NOT NULL
),
changes AS (
    SELECT
        c."Id" AS history_id,
        c."OpportunityId" AS opp_id,
        c."CreatedDate" AS ts,
        c."CreatedById" AS user_id,
        c."Field" AS field,
        c."OldValue" AS before,
        c."NewValue" AS after
    FROM landing.salesforce_opportunityfieldhistory AS c
    JOIN tracked
        ON tracked.n > 0
    LEFT ANTI JOIN told AS t
        ON t.opp_id = c."OpportunityId"
    WHERE c."OpportunityId" IS NOT NULL
        AND NOT coalesce(c."IsDeleted", false)
        AND c."Field" IN ('created', 'StageName', 'Amount', 'CloseDate', 'Probability', 'ForecastCategoryName')
),
firsts AS (
    SELECT
        opp_id,
        min(ts) AS ts,
        first_value(user_id ORDER BY ts, history_id) FILTER (WHERE field = 'created') AS user_id,
        min(ts) FILTER (WHERE field = 'created') AS created_ts,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'StageName') AS stage,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'Amount') AS amount,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'CloseDate') AS close_date,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'Probability') AS probability,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'ForecastCategoryName') AS forecast_category,
        bool_or(field = 'StageName') AS has_stage,
        bool_or(field = 'Amount') AS has_amount,
        bool_or(field = 'CloseDate') AS has_close_date,
        bool_or(field = 'Probability') AS has_probability
    FROM changes
    GROUP BY opp_id
),
deals AS (
    SELECT
        "Id" AS opp_id,
        first_value("StageName" ORDER BY first_seen) AS stage,
        first_value("Amount" ORDER BY first_seen) AS amount,
        first_value("CloseDate" ORDER BY first_seen) AS close_date,
        first_value("Probability" ORDER BY first_seen) AS probability,
        first_value("ForecastCategoryName" ORDER BY first_seen) AS forecast_category,
        min("CreatedDate") AS ts,
        min("CreatedById") AS user_id
    FROM landing.salesforce_opportunity
    GROUP BY "Id"
),
rows AS (
    SELECT
        f.opp_id AS history_id,
        f.opp_id,
        coalesce(f.created_ts, d.ts, f.ts) AS ts,
        coalesce(f.user_id, d.user_id) AS user_id,
        CASE WHEN f.has_stage THEN f.stage ELSE d.stage END AS stage,
        CASE WHEN f.has_amount THEN f.amount ELSE CAST(d.amount AS TEXT) END AS amount,
        CASE WHEN f.has_close_date THEN f.close_date ELSE CAST(d.close_date AS TEXT) END AS close_date,
        CASE WHEN f.has_probability THEN f.probability ELSE CAST(d.probability AS TEXT) END AS probability,
        coalesce(f.forecast_category, d.forecast_category) AS forecast_category
    FROM firsts AS f
    LEFT JOIN deals AS d
        ON d.opp_id = f.opp_id
    UNION ALL
    SELECT
        history_id,
        opp_id,
        ts,
        user_id,
        CASE WHEN field = 'StageName' THEN after END AS stage,
        CASE WHEN field = 'Amount' THEN coalesce(after, '') END AS amount,
        CASE WHEN field = 'CloseDate' THEN coalesce(after, '') END AS close_date,
        CASE WHEN field = 'Probability' THEN after END AS probability,
        CASE WHEN field = 'ForecastCategoryName' THEN after END AS forecast_category
    FROM changes
    WHERE field <> 'created'
),
carried AS (
    SELECT
        history_id,
        opp_id,
        ts,
        user_id,
        last_value(stage) IGNORE NULLS OVER so_far AS stage,
        last_value(amount) IGNORE NULLS OVER so_far AS amount,
        last_value(close_date) IGNORE NULLS OVER so_far AS close_date,
        last_value(probability) IGNORE NULLS OVER so_far AS probability,
        last_value(forecast_category) IGNORE NULLS OVER so_far AS forecast_category
    FROM rows
    WINDOW so_far AS (PARTITION BY opp_id ORDER BY ts, history_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
known AS (
    SELECT opp_id
    FROM told
    UNION ALL
    SELECT DISTINCT opp_id
    FROM changes
)
SELECT
    'salesforce' AS source,
    "Id" AS history_id,
    "OpportunityId" AS opp_id,
    "CreatedDate" AS ts,
    "CreatedById" AS user_id,
    "StageName" AS stage,
    "Amount" AS amount,
    "CloseDate" AS close_date,
    CAST("Probability" / 100 AS DECIMAL(18, 4)) AS probability,
    "ForecastCategory" AS forecast_category
FROM landing.salesforce_opportunityhistory
WHERE "OpportunityId" IS NOT NULL
UNION ALL
SELECT
    'salesforce' AS source,
    history_id,
    opp_id,
    ts,
    user_id,
    stage,
    TRY_CAST(replace(amount, ',', '') AS DECIMAL(18, 4)) AS amount,
    TRY_CAST(split_part(split_part(close_date, ' ', 1), 'T', 1) AS DATE) AS close_date,
    CAST(TRY_CAST(replace(probability, '%', '') AS DOUBLE) / 100 AS DECIMAL(18, 4)) AS probability,
    forecast_category
FROM carried
WHERE stage IS NOT NULL
UNION ALL
SELECT
    'salesforce' AS source,
    v._key AS history_id,
    v."Id" AS opp_id,
    v."VersionStart" AS ts,
    CAST(NULL AS TEXT) AS user_id,
    v."StageName" AS stage,
    v."Amount" AS amount,
    v."CloseDate" AS close_date,
    CAST(v."Probability" / 100 AS DECIMAL(18, 4)) AS probability,
    v."ForecastCategoryName" AS forecast_category
FROM landing.salesforce_opportunityversions AS v
LEFT ANTI JOIN known AS k
    ON k.opp_id = v."Id"
WHERE v."StageName" IS NOT NULL
