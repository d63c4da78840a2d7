-- What did each snapshot say of each opportunity? A won or lost one keeps the stage it was closed in; here it stands in a stage of its
-- own, "Won" or "Lost". It is worth what it brought once it is closed, else the estimate; the same of its close date. When it was closed, its
-- last closure tells that its snapshot can have seen.
WITH labels AS (
    SELECT
        attributename,
        attributevalue,
        min(value) AS label
    FROM landing.dynamics_stringmap
    WHERE lower(objecttypecode) IN ('opportunity', '3')
    GROUP BY
        attributename,
        attributevalue
),
read AS (
    SELECT
        d.*,
        coalesce(d."opportunityid", d._key) AS opp_id,
        lower(coalesce(c.label, d."statecode", d."statuscode", 'open')) AS state,
        coalesce(s.label, d."salesstage", d."stepname", '(none)') AS stage
    FROM landing.dynamics_opportunity AS d
    LEFT JOIN labels AS c
        ON c.attributename = 'statecode'
        AND c.attributevalue = d."statecode"
    LEFT JOIN labels AS s
        ON s.attributename = 'salesstage'
        AND s.attributevalue = d."salesstage"
),
judged AS (
    SELECT
        *,
        state IN ('won', '1') AS is_won,
        state IN ('won', '1', 'lost', '2', 'canceled', 'cancelled', 'out-sold') AS is_closed
    FROM read
),
closures AS (
    SELECT
        j.opp_id,
        j.first_seen,
        max(c."actualend") AS ts,
        first_value(c."actualrevenue" ORDER BY c."actualend" DESC) AS revenue
    FROM judged AS j
    JOIN landing.dynamics_opportunityclose AS c
        ON c."opportunityid" = j.opp_id
        AND c."actualend" < start_of_day(j.first_seen + 1, project_zone())
    WHERE j.is_closed
    GROUP BY
        j.opp_id,
        j.first_seen
)
SELECT
    'dynamics' AS source,
    j.opp_id,
    coalesce("parentaccountid", "customerid", "account", "customer") AS account_id,
    coalesce("ownerid", trim("owner")) AS owner_id,
    "name" AS name,
    CASE WHEN is_won THEN 'Won' WHEN is_closed THEN 'Lost' ELSE stage END AS stage,
    CASE
        WHEN is_won THEN coalesce("actualvalue", k.revenue, "estimatedvalue")
        WHEN is_closed THEN coalesce("actualvalue", "estimatedvalue")
        ELSE "estimatedvalue"
    END AS amount,
    upper("isocurrencycode") AS currency,
    CASE
        WHEN is_won THEN CAST(1 AS DECIMAL(18, 4))
        WHEN is_closed THEN CAST(0 AS DECIMAL(18, 4))
        ELSE CAST(TRY_CAST(replace("closeprobability", '%', '') AS DOUBLE) / 100 AS DECIMAL(18, 4))
    END AS probability,
    CASE WHEN is_closed THEN coalesce("actualclosedate", local_date(k.ts, project_zone()), "estimatedclosedate") ELSE "estimatedclosedate" END AS close_date,
    is_closed,
    is_won,
    "msdyn_forecastcategory" AS forecast_category,
    coalesce(
        "createdon",
        start_of_day(least(min(j.first_seen) OVER (PARTITION BY j.opp_id), "actualclosedate"), project_zone())
    ) AS created_ts,
    trim("createdby") AS created_by,
    k.ts AS last_stage_change_ts,
    false AS is_deleted,
    j.first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged AS j
LEFT JOIN closures AS k
    ON k.opp_id = j.opp_id
    AND k.first_seen = j.first_seen
