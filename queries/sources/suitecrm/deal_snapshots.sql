-- What did each snapshot say of each opportunity? An owner is an id in the tables of the database, a name in a list's export.
SELECT
    'suitecrm' AS source,
    coalesce("id", _key) AS opp_id,
    coalesce("account_id", "account_name") AS account_id,
    coalesce("assigned_user_id", trim("assigned_user_name")) AS owner_id,
    "name" AS name,
    "sales_stage" AS stage,
    "amount" AS amount,
    CAST(TRY_CAST(replace("probability", '%', '') AS DOUBLE) / 100 AS DECIMAL(18, 4)) AS probability,
    "date_closed" AS close_date,
    lower("sales_stage") LIKE 'closed%' AS is_closed,
    lower("sales_stage") LIKE 'closed won%' AS is_won,
    "next_step" AS next_step,
    coalesce(
        "date_entered",
        start_of_day(
            least(
                min(first_seen) OVER (PARTITION BY _key),
                CASE WHEN lower("sales_stage") LIKE 'closed%' THEN "date_closed" END
            ),
            project_zone()
        )
    ) AS created_ts,
    "created_by" AS created_by,
    lower(coalesce("deleted", '0')) IN ('1', 'true', 'yes') AS is_deleted,
    CASE WHEN lower(coalesce("deleted", '0')) IN ('1', 'true', 'yes') THEN "date_modified" END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.suitecrm_opportunities
