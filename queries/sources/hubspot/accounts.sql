-- What did each snapshot say of each company? Who made the record, an export tells by a number only, which nobody can look up.
SELECT
    'hubspot' AS source,
    "hs_object_id" AS account_id,
    "hs_parent_company_id" AS parent_id,
    trim("hubspot_owner_id") AS owner_id,
    "name" AS name,
    "createdate" AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.hubspot_companies
