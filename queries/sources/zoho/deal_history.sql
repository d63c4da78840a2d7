-- When did a deal enter which stage, by the related list "Stage History"?
SELECT
    'zoho' AS source,
    _key AS history_id,
    "Deal_Id" AS opp_id,
    "Modified_Time" AS ts,
    coalesce("Modified_By", trim("Modified_By_Name")) AS user_id,
    "Stage" AS stage,
    "Amount" AS amount,
    "Closing_Date" AS close_date,
    CAST(TRY_CAST(replace("Probability", '%', '') AS DOUBLE) / 100 AS DECIMAL(18, 4)) AS probability,
    'log' AS method
FROM landing.zoho_stage_history
WHERE "Deal_Id" IS NOT NULL
