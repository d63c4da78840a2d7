-- What did each snapshot say of each deal? Currency code 000 is how an export writes none.
-- Deals that only reports tell follow. Their owner is a name, which a user has who alone bears it.
WITH owners AS (
    SELECT
        lower(coalesce("Name", trim(concat_ws(' ', "FirstName", "LastName")))) AS name,
        min("Id") AS user_id
    FROM landing.salesforce_user
    GROUP BY lower(coalesce("Name", trim(concat_ws(' ', "FirstName", "LastName"))))
    HAVING count(DISTINCT "Id") = 1
),
firms AS (
    SELECT
        lower(trim("Name")) AS name,
        min("Id") AS account_id
    FROM landing.salesforce_account
    GROUP BY lower(trim("Name"))
    HAVING count(DISTINCT "Id") = 1
),
reported AS (
    SELECT
        r.*,
        lower(trim(r."Stage")) AS _word,
        coalesce(r."OpportunityID", r._key) AS _opp_id
    FROM landing.salesforce_opportunityreport AS r
    LEFT ANTI JOIN landing.salesforce_opportunity AS o
        ON o."Id" = r."OpportunityID"
    LEFT ANTI JOIN landing.salesforce_opportunity AS p
        ON coalesce(lower(trim(p."Name")), '') = CASE WHEN r."OpportunityID" IS NULL THEN lower(trim(r."OpportunityName")) END
),
named AS (
    SELECT
        *,
        CASE WHEN "Won" IS NULL THEN _word IN ('closed won', 'won') ELSE lower("Won") IN ('1', 'true', 'yes') END AS _is_won,
        CASE
            WHEN "Closed" IS NULL THEN _word IN ('closed won', 'won', 'closed lost', 'lost')
            ELSE lower("Closed") IN ('1', 'true', 'yes')
        END AS _is_closed
    FROM reported
)
SELECT
    'salesforce' AS source,
    "Id" AS opp_id,
    "AccountId" AS account_id,
    "OwnerId" AS owner_id,
    "Name" AS name,
    "StageName" AS stage,
    "StageSortOrder" AS stage_order,
    "Amount" AS amount,
    nullif("CurrencyIsoCode", '000') AS currency,
    CAST("Probability" / 100 AS DECIMAL(18, 4)) AS probability,
    "CloseDate" AS close_date,
    "IsClosed" AS is_closed,
    "IsWon" AS is_won,
    "ForecastCategoryName" AS forecast_category,
    "NextStep" AS next_step,
    "CreatedDate" AS created_ts,
    "CreatedById" AS created_by,
    "LastStageChangeDate" AS last_stage_change_ts,
    coalesce("IsDeleted", false) AS is_deleted,
    CASE WHEN "IsDeleted" THEN coalesce("SystemModstamp", "LastModifiedDate") END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.salesforce_opportunity
UNION ALL
SELECT
    'salesforce' AS source,
    n._opp_id AS opp_id,
    coalesce(f.account_id, nullif(trim(n."AccountName"), '')) AS account_id,
    coalesce(w.user_id, trim(n."OpportunityOwner")) AS owner_id,
    n."OpportunityName" AS name,
    trim(n."Stage") AS stage,
    CAST(NULL AS BIGINT) AS stage_order,
    n."Amount" AS amount,
    upper(n."Currency") AS currency,
    CAST(TRY_CAST(replace(n."Likelihood", '%', '') AS DOUBLE) / 100 AS DECIMAL(18, 4)) AS probability,
    n."CloseDate" AS close_date,
    n._is_closed OR n._is_won AS is_closed,
    n._is_won AS is_won,
    n."ForecastCategory" AS forecast_category,
    n."NextStep" AS next_step,
    start_of_day(
        coalesce(
            n."CreatedOn",
            least(min(n.first_seen) OVER (PARTITION BY n._opp_id), CASE WHEN n._is_closed OR n._is_won THEN n."CloseDate" END)
        ),
        project_zone()
    ) AS created_ts,
    CAST(NULL AS TEXT) AS created_by,
    start_of_day(n."LastStageChange", project_zone()) AS last_stage_change_ts,
    false AS is_deleted,
    CAST(NULL AS TIMESTAMP) AS deleted_ts,
    n.first_seen,
    n.last_seen,
    n.next_seen,
    coalesce(n.gone, false) AS gone
FROM named AS n
LEFT JOIN owners AS w
    ON w.name = lower(trim(n."OpportunityOwner"))
LEFT JOIN firms AS f
    ON f.name = lower(trim(n."AccountName"))
