-- What did each snapshot say of each account?
SELECT
    'zoho' AS source,
    coalesce("Record_Id", "Account_Name") AS account_id,
    "Parent_Account_Id" AS parent_id,
    coalesce("Owner_Id", trim("Owner")) AS owner_id,
    "Account_Name" AS name,
    "Created_Time" AS created_ts,
    coalesce("Created_By", trim("Created_By_Name")) AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.zoho_accounts
