-- What did each snapshot say of each deal? Whether it is closed, its category status tells, else the stage's name.
WITH read AS (
    SELECT
        *,
        coalesce("Record_Id", _key) AS _opp_id,
        lower(concat_ws(' ', "Deal_Category_Status", "Stage")) AS _word,
        TRY_CAST(replace("Probability", '%', '') AS DOUBLE) / 100 AS _likelihood
    FROM landing.zoho_deals
),
judged AS (
    SELECT
        *,
        _word LIKE '%closed won%' OR _word LIKE 'won %' OR _word LIKE '% won' OR _word = 'won' AS _is_won,
        _word LIKE '%closed%' OR _word LIKE 'won %' OR _word LIKE '% won' OR _word = 'won'
            OR _word LIKE 'lost %' OR _word LIKE '% lost' OR _word = 'lost' AS _is_closed
    FROM read
)
SELECT
    'zoho' AS source,
    _opp_id AS opp_id,
    coalesce("Account_Id", "Account_Name") AS account_id,
    coalesce("Owner_Id", trim("Owner")) AS owner_id,
    "Deal_Name" AS name,
    "Stage" AS stage,
    "Amount" AS amount,
    upper("Currency") AS currency,
    CAST(_likelihood AS DECIMAL(18, 4)) AS probability,
    "Closing_Date" AS close_date,
    _is_closed AS is_closed,
    _is_won AS is_won,
    "Forecast_Category" AS forecast_category,
    "Next_Step" AS next_step,
    coalesce(
        "Created_Time",
        start_of_day(
            least(min(first_seen) OVER (PARTITION BY _opp_id), CASE WHEN _is_closed THEN "Closing_Date" END),
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
