-- What did each snapshot say of each organisation? One without its id is called by its name.
SELECT
    'pipedrive' AS source,
    coalesce("id", "name") AS account_id,
    trim("owner") AS owner_id,
    "name" AS name,
    "add_time" AS created_ts,
    trim("creator") AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.pipedrive_organizations
