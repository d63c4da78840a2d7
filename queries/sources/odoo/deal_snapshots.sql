-- What did each snapshot say of each opportunity? One that is archived is lost; one in a stage called Won, or sure and closed, is won.
WITH judged AS (
    SELECT
        *,
        coalesce("id", _key) AS _opp_id,
        lower(coalesce("won_status", '')) = 'won' OR lower("stage_id") = 'won' AS _is_won,
        lower(coalesce("won_status", '')) = 'lost' OR lower(coalesce("active", 'true')) IN ('false', '0', 'no') AS _is_lost
    FROM landing.odoo_crm_lead
    WHERE lower(coalesce("type", 'opportunity')) <> 'lead'
)
SELECT
    'odoo' AS source,
    _opp_id AS opp_id,
    "partner_id" AS account_id,
    trim("user_id") AS owner_id,
    "name" AS name,
    CASE WHEN _is_lost THEN 'Lost' ELSE "stage_id" END AS stage,
    "expected_revenue" AS amount,
    CAST(TRY_CAST("probability" AS DOUBLE) / 100 AS DECIMAL(18, 4)) AS probability,
    CASE WHEN _is_won OR _is_lost THEN coalesce("date_closed", "date_deadline") ELSE "date_deadline" END AS close_date,
    _is_won OR _is_lost AS is_closed,
    _is_won AND NOT _is_lost AS is_won,
    coalesce(
        "create_date",
        start_of_day(least(min(first_seen) OVER (PARTITION BY _opp_id), "date_closed"), project_zone())
    ) AS created_ts,
    trim("create_uid") AS created_by,
    "date_last_stage_update" AS last_stage_change_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged
