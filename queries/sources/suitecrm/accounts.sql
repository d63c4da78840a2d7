-- What did each snapshot say of each account?
SELECT
    'suitecrm' AS source,
    coalesce("id", _key) AS account_id,
    "parent_id" AS parent_id,
    coalesce("assigned_user_id", trim("assigned_user_name")) AS owner_id,
    "name" AS name,
    "date_entered" AS created_ts,
    "created_by" AS created_by,
    lower(coalesce("deleted", '0')) IN ('1', 'true', 'yes') AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.suitecrm_accounts
