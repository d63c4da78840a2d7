-- What did the CRM's own history write down of each deal, and when? A row is a change of any of these, not only of stage.
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
