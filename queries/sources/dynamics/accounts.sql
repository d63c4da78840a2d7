-- What did each snapshot say of each account?
SELECT
    'dynamics' AS source,
    coalesce("accountid", _key) AS account_id,
    coalesce("parentaccountid", "parentaccount") AS parent_id,
    coalesce("ownerid", trim("owner")) AS owner_id,
    "name" AS name,
    "createdon" AS created_ts,
    trim("createdby") AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.dynamics_account
