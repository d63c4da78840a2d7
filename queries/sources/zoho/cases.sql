-- What did each snapshot say of each case? When one was closed, Zoho does not export.
SELECT
    'zoho' AS source,
    coalesce("Record_Id", _key) AS case_id,
    "Contact_Id" AS contact_id,
    "Account_Id" AS account_id,
    coalesce("Owner_Id", trim("Owner")) AS owner_id,
    "Type" AS case_type,
    "Status" AS status,
    "Priority" AS priority,
    "Case_Origin" AS channel,
    lower(coalesce("Status", '')) = 'closed' AS is_closed,
    "Created_Time" AS created_ts,
    coalesce("Created_By", trim("Created_By_Name")) AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.zoho_cases
