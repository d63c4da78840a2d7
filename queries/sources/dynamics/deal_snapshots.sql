-- What did each snapshot say of each opportunity? A won or lost one keeps the stage it was closed in; here it stands in a stage of its
-- own, "Won" or "Lost". It is worth what it brought once it is closed, else the estimate; the same of its close date.
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
)
SELECT
    'dynamics' AS source,
    opp_id,
    coalesce("parentaccountid", "customerid", "account", "customer") AS account_id,
    coalesce("ownerid", trim("owner")) AS owner_id,
    "name" AS name,
    CASE WHEN is_won THEN 'Won' WHEN is_closed THEN 'Lost' ELSE stage END AS stage,
    CASE WHEN is_closed THEN coalesce("actualvalue", "estimatedvalue") ELSE "estimatedvalue" END AS amount,
    upper("isocurrencycode") AS currency,
    CASE
        WHEN is_won THEN CAST(1 AS DECIMAL(18, 4))
        WHEN is_closed THEN CAST(0 AS DECIMAL(18, 4))
        ELSE CAST(TRY_CAST(replace("closeprobability", '%', '') AS DOUBLE) / 100 AS DECIMAL(18, 4))
    END AS probability,
    CASE WHEN is_closed THEN coalesce("actualclosedate", "estimatedclosedate") ELSE "estimatedclosedate" END AS close_date,
    is_closed,
    is_won,
    "msdyn_forecastcategory" AS forecast_category,
    coalesce(
        "createdon",
        start_of_day(least(min(first_seen) OVER (PARTITION BY opp_id), "actualclosedate"), project_zone())
    ) AS created_ts,
    trim("createdby") AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged
