-- What did each snapshot say of each deal? Won and Lost are the last two stages of every pipeline.
SELECT
    'freshsales' AS source,
    coalesce("id", _key) AS opp_id,
    "sales_account" AS account_id,
    lower(trim("owner")) AS owner_id,
    "name" AS name,
    "deal_stage" AS stage,
    "amount" AS amount,
    upper("currency") AS currency,
    CAST(TRY_CAST(replace("probability", '%', '') AS DOUBLE) / 100 AS DECIMAL(18, 4)) AS probability,
    coalesce("closed_date", "expected_close") AS close_date,
    lower("deal_stage") IN ('won', 'lost') AS is_closed,
    lower("deal_stage") = 'won' AS is_won,
    coalesce(
        "created_at",
        start_of_day(least(min(first_seen) OVER (PARTITION BY _key), "closed_date"), project_zone())
    ) AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.freshsales_deals
