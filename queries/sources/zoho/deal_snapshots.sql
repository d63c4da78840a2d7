-- What did each snapshot say of each deal? Whether it is closed, its category status tells, else the stage's name.
WITH read AS (
    SELECT
        *,
        coalesce("Record_Id", _key) AS opp_id,
        lower(concat_ws(' ', "Deal_Category_Status", "Stage")) AS word,
        TRY_CAST(replace("Probability", '%', '') AS DOUBLE) / 100 AS likelihood
    FROM landing.zoho_deals
),
judged AS (
    SELECT
        *,
        word LIKE '%closed won%' OR word LIKE 'won %' OR word LIKE '% won' OR word = 'won' AS is_won,
        word LIKE '%closed%' OR word LIKE 'won %' OR word LIKE '% won' OR word = 'won'
            OR word LIKE 'lost %' OR word LIKE '% lost' OR word = 'lost' AS is_closed
    FROM read
)
SELECT
    'zoho' AS source,
    opp_id,
    coalesce("Account_Id", "Account_Name") AS account_id,
    coalesce("Owner_Id", trim("Owner")) AS owner_id,
    "Deal_Name" AS name,
    "Stage" AS stage,
    "Amount" AS amount,
    upper("Currency") AS currency,
    CAST(likelihood AS DECIMAL(18, 4)) AS probability,
    "Closing_Date" AS close_date,
    is_closed,
    is_won,
    "Forecast_Category" AS forecast_category,
    "Next_Step" AS next_step,
    coalesce(
        "Created_Time",
        start_of_day(
            least(min(first_seen) OVER (PARTITION BY opp_id), CASE WHEN is_closed THEN "Closing_Date" END),
            project_zone()
        )
    ) AS created_ts,
    coalesce("Created_By", trim("Created_By_Name")) AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged
