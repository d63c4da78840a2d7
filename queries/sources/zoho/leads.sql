-- What did each snapshot say of each lead?
SELECT
    'zoho' AS source,
    coalesce("Record_Id", _key) AS lead_id,
    coalesce("Owner_Id", trim("Owner")) AS owner_id,
    "First_Name" AS first_name,
    "Last_Name" AS last_name,
    "Company" AS company,
    "Email" AS email,
    "Lead_Status" AS status,
    lower(coalesce("Converted", '')) IN ('true', 'yes', '1') OR "Converted_Date_Time" IS NOT NULL AS is_converted,
    local_date("Converted_Date_Time", project_zone()) AS converted_on,
    "Converted_Account_Id" AS account_id,
    "Converted_Contact_Id" AS contact_id,
    "Converted_Deal_Id" AS opp_id,
    "Lead_Source" AS lead_source,
    "Created_Time" AS created_ts,
    coalesce("Created_By", trim("Created_By_Name")) AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.zoho_leads
