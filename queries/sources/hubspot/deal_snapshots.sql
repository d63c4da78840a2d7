-- What did each snapshot say of each deal?
-- A stage bears its pipeline behind it, "Closed Won (Sales Pipeline)", in some exports only; it is taken off. Whether a deal is closed, its
-- own columns tell, or the list of stages; where there are none of them, HubSpot's own names for the two ends, or the probability. A stage is
-- won if most of its deals stand at 100 %, and lost if most stand at 0 % and were to close by the day they were first seen so: 0 % is what HubSpot
-- gives to the lost, but a firm may give it to new deals, and these are yet to be closed. One deal that somebody set to 0 or 100 % by hand
-- ends no stage. Where there is no probability either, a name that begins or ends in a word for it does: "6 - Deal won", "Verloren (Preis)".
-- An amount in the company's currency comes before one in the deal's own. Who made the record, an export tells by a number only. Through the
-- API stages and owners are numbers, which the lists of stages and owners name.
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
        f.company_id AS _firm,
        coalesce(
            d."primary_company_id",
            d."associated_company_ids",
            CASE WHEN d."companies" LIKE '[%' THEN d."companies" END
        ) AS _companies,
        coalesce(d."is_deleted", lower(d."archived") = 'true' AND d."created_at" IS NOT NULL, false) AS _is_deleted,
        p.is_closed AS _stage_is_closed,
        p.is_won AS _stage_is_won,
        coalesce(o.name, trim(d."hubspot_owner_id")) AS _owner,
        CASE
            WHEN p.label IS NOT NULL THEN p.label
            WHEN ends_with(d."dealstage", concat(' (', d."pipeline", ')')) OR s.name IS NOT NULL
            THEN regexp_replace(d."dealstage", ' \([^()]*\)$', '')
            ELSE d."dealstage"
        END AS _stage,
        lower(replace(replace(regexp_replace(coalesce(d."dealstage", ''), '(?i)^won([''’]t| by.*competitor)', 'not won'), ' ', ''), '_', '')) AS _word,
        CASE
            WHEN regexp_like(d."dealstage", '(?i)^\PL*(lost|verloren|perdid[oa]|perdue?)\b') THEN 'lost'
            WHEN regexp_like(d."dealstage", '(?i)\b(not|nicht|no|non|pas|não|won[''’]t|verbal|verbally|to be|nearly|almost|likely|probably|competitor)\b') THEN 'open'
            WHEN regexp_like(
                d."dealstage",
                '(?i)^\PL*(won|gewonnen|ganad[oa]|gagnée?|ganh[oa])\b|\b(won|gewonnen|ganad[oa]|gagnée?|ganh[oa])\PL*(\(|$)'
            ) THEN 'won'
            WHEN regexp_like(
                d."dealstage",
                '(?i)\b(lost|verloren|perdid[oa]|perdue?)\PL*(\(|$)'
            ) THEN 'lost'
            ELSE 'open'
        END AS _meant,
        TRY_CAST(replace(d."hs_deal_stage_probability", '%', '') AS DOUBLE) AS _likelihood
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
-- One number above 1 tells that its file counts to 100, where their numbers bear no sign.
rated AS (
    SELECT
        *,
        CASE
            WHEN ends_with("hs_deal_stage_probability", '%') OR max(CASE WHEN NOT ends_with("hs_deal_stage_probability", '%') THEN _likelihood END)
                OVER (PARTITION BY first_seen, _file) > 1
            THEN _likelihood / 100
            ELSE _likelihood
        END AS _probability
    FROM read
),
weighed AS (
    SELECT
        *,
        coalesce(
            avg(
                CASE
                    WHEN _probability = 1 THEN 1
                    WHEN _probability IS NOT NULL THEN 0
                END
            ) OVER in_stage > 0.5,
            false
        ) AS _is_sure,
        coalesce(
            avg(
                CASE
                    WHEN _probability = 0 AND "closedate" <= first_seen THEN 1
                    WHEN _probability IS NOT NULL THEN 0
                END
            ) OVER in_stage > 0.5,
            false
        ) AS _is_hopeless
    FROM rated
    WINDOW in_stage AS (PARTITION BY "dealstage")
),
judged AS (
    SELECT
        *,
        coalesce(
            "hs_is_closed_won",
            _stage_is_won,
            _word LIKE 'closedwon%' OR _word LIKE 'won%' OR _word LIKE '%(won)' OR _is_sure OR (_probability IS NULL AND _meant = 'won')
        ) AS _is_won,
        coalesce(
            "hs_is_closed",
            "hs_is_closed_won" OR "hs_is_closed_lost",
            _stage_is_closed,
            _word LIKE 'closed%'
            OR _word LIKE 'won%'
            OR _word LIKE 'lost%'
            OR _word LIKE '%(won)'
            OR _word LIKE '%(lost)'
            OR _is_hopeless
            OR (_probability IS NULL AND _meant = 'lost')
        ) AS _is_closed
    FROM weighed
)
SELECT
    'hubspot' AS source,
    "hs_object_id" AS opp_id,
    coalesce(
        CASE
            WHEN _companies LIKE '[%' THEN coalesce(
                regexp_match(_companies, '"id"\s*:\s*"?([0-9]+)')[1],
                regexp_match(_companies, '[0-9]+')[1]
            )
            ELSE nullif(split_part(_companies, ';', 1), '')
        END,
        _firm
    ) AS account_id,
    _owner AS owner_id,
    "dealname" AS name,
    _stage AS stage,
    coalesce("amount_in_home_currency", "amount") AS amount,
    CASE WHEN "amount_in_home_currency" IS NULL THEN "deal_currency_code" END AS currency,
    CAST(_probability AS DECIMAL(18, 4)) AS probability,
    "closedate" AS close_date,
    _is_closed OR _is_won AS is_closed,
    _is_won AS is_won,
    "hs_manual_forecast_category" AS forecast_category,
    "hs_next_step" AS next_step,
    coalesce(
        "createdate",
        arrow_cast(TRY_CAST("created_at" AS TIMESTAMP), 'Timestamp(Microsecond, Some("UTC"))'),
        start_of_day(least(min(first_seen) OVER (PARTITION BY "hs_object_id"), "closedate"), project_zone())
    ) AS created_ts,
    "hs_v2_date_entered_current_stage" AS last_stage_change_ts,
    _is_deleted AS is_deleted,
    CASE WHEN _is_deleted THEN "hs_lastmodifieddate" END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged
