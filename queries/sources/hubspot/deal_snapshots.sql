-- What did each snapshot say of each deal?
-- A stage bears its pipeline behind it, "Closed Won (Sales Pipeline)", in some exports only; it is taken off. Whether a deal is closed, its
-- own columns tell; where the view has none of them, the stage's name or a probability of all or nothing. An amount in the company's
-- currency comes before one in the deal's own. Who made the record, an export tells by a number only. Through the API stages and owners are
-- numbers, which the lists of stages and owners name.
WITH stages AS (
    SELECT DISTINCT name
    FROM landing.hubspot_deals_entered
),
labels AS (
    SELECT
        "stage_id" AS id,
        first_value("label" ORDER BY first_seen DESC, "pipeline_id") AS label,
        first_value("is_closed" ORDER BY first_seen DESC, "pipeline_id") AS is_closed,
        first_value("closed_won" ORDER BY first_seen DESC, "pipeline_id") AS is_won
    FROM landing.hubspot_deal_stages
    GROUP BY "stage_id"
),
owners AS (
    SELECT
        "owner_id" AS id,
        first_value(
            coalesce(nullif(trim(concat_ws(' ', "first_name", "last_name")), ''), lower(trim("email")))
            ORDER BY first_seen DESC
        ) AS name
    FROM landing.hubspot_owners
    GROUP BY "owner_id"
),
firms AS (
    SELECT
        "deal_id" AS deal_id,
        first_value("company_id" ORDER BY CASE WHEN "type_id" = '5' THEN 0 ELSE 1 END, "company_id") AS company_id
    FROM landing.hubspot_deal_companies
    GROUP BY "deal_id"
),
read AS (
    SELECT
        d.*,
        f.company_id AS firm,
        p.is_closed AS stage_is_closed,
        p.is_won AS stage_is_won,
        coalesce(o.name, trim(d."hubspot_owner_id")) AS owner,
        CASE
            WHEN p.label IS NOT NULL THEN p.label
            WHEN ends_with(d."dealstage", concat(' (', d."pipeline", ')')) OR s.name IS NOT NULL
            THEN regexp_replace(d."dealstage", ' \([^()]*\)$', '')
            ELSE d."dealstage"
        END AS stage,
        lower(replace(replace(coalesce(d."dealstage", ''), ' ', ''), '_', '')) AS word,
        TRY_CAST(replace(d."hs_deal_stage_probability", '%', '') AS DOUBLE) AS likelihood
    FROM landing.hubspot_deals AS d
    LEFT JOIN stages AS s
        ON s.name = d."dealstage"
    LEFT JOIN labels AS p
        ON p.id = d."dealstage"
    LEFT JOIN owners AS o
        ON o.id = trim(d."hubspot_owner_id")
    LEFT JOIN firms AS f
        ON f.deal_id = d."hs_object_id"
),
judged AS (
    SELECT
        *,
        CASE WHEN likelihood > 1 OR ends_with("hs_deal_stage_probability", '%') THEN likelihood / 100 ELSE likelihood END AS probability,
        coalesce("hs_is_closed_won", stage_is_won, word LIKE 'closedwon%' OR word LIKE 'won%' OR word LIKE '%(won)') AS is_won,
        coalesce(
            "hs_is_closed",
            "hs_is_closed_won" OR "hs_is_closed_lost",
            stage_is_closed,
            word LIKE 'closed%' OR word LIKE 'won%' OR word LIKE 'lost%' OR word LIKE '%(won)' OR word LIKE '%(lost)'
        ) AS is_closed
    FROM read
)
SELECT
    'hubspot' AS source,
    "hs_object_id" AS opp_id,
    coalesce(nullif(split_part(coalesce("primary_company_id", "associated_company_ids"), ';', 1), ''), firm) AS account_id,
    owner AS owner_id,
    "dealname" AS name,
    stage,
    coalesce("amount_in_home_currency", "amount") AS amount,
    CASE WHEN "amount_in_home_currency" IS NULL THEN "deal_currency_code" END AS currency,
    CAST(probability AS DECIMAL(18, 4)) AS probability,
    "closedate" AS close_date,
    is_closed OR is_won AS is_closed,
    is_won,
    "hs_manual_forecast_category" AS forecast_category,
    "hs_next_step" AS next_step,
    coalesce(
        "createdate",
        start_of_day(least(min(first_seen) OVER (PARTITION BY "hs_object_id"), "closedate"), project_zone())
    ) AS created_ts,
    "hs_v2_date_entered_current_stage" AS last_stage_change_ts,
    coalesce("is_deleted", false) AS is_deleted,
    CASE WHEN "is_deleted" THEN "hs_lastmodifieddate" END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged
