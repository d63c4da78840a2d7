-- What did each snapshot say of each campaign? Whom it addressed is exported nowhere.
SELECT
    'zoho' AS source,
    coalesce("Record_Id", _key) AS campaign_id,
    coalesce("Owner_Id", trim("Owner")) AS owner_id,
    "Campaign_Name" AS name,
    "Type" AS campaign_type,
    "Status" AS status,
    "Start_Date" AS start_date,
    "End_Date" AS end_date,
    "Created_Time" AS created_ts,
    coalesce("Created_By", trim("Created_By_Name")) AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.zoho_campaigns
