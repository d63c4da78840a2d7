-- What did each list say of each deal? It is won or lost by its stage's name, and closed on its end date.
WITH read AS (
    SELECT
        *,
        coalesce("deal", "name") AS title,
        coalesce("id", _key) AS opp_id,
        lower(trim("stage")) AS word,
        TRY_CAST(replace("probability", '%', '') AS DOUBLE) AS likelihood
    FROM landing.plain_pipeline
),
judged AS (
    SELECT
        *,
        word IN ('won', 'closed won', 'closed-won', 'closed_won', 'closedwon', 'win', 'gewonnen') AS is_won,
        word IN ('lost', 'closed lost', 'closed-lost', 'closed_lost', 'closedlost', 'loss', 'verloren', 'cancelled', 'canceled') AS is_lost
    FROM read
)
SELECT
    'plain' AS source,
    opp_id,
    nullif(trim("account"), '') AS account_id,
    lower(trim("owner")) AS owner_id,
    title AS name,
    trim("stage") AS stage,
    "amount" AS amount,
    upper("currency") AS currency,
    CAST(
        CASE
            WHEN is_won THEN 1
            WHEN is_lost THEN 0
            WHEN likelihood > 1 OR ends_with("probability", '%') THEN likelihood / 100
            ELSE likelihood
        END AS DECIMAL(18, 4)
    ) AS probability,
    "end" AS close_date,
    is_won OR is_lost AS is_closed,
    is_won,
    start_of_day(
        coalesce("start", least(min(first_seen) OVER (PARTITION BY opp_id), CASE WHEN is_won OR is_lost THEN "end" END)),
        project_zone()
    ) AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged
