-- What did each snapshot say of each campaign?
SELECT
    'salesforce' AS source,
    "Id" AS campaign_id,
    "OwnerId" AS owner_id,
    "Name" AS name,
    "Type" AS campaign_type,
    "Status" AS status,
    "StartDate" AS start_date,
    "EndDate" AS end_date,
    "CreatedDate" AS created_ts,
    "CreatedById" AS created_by,
    coalesce("IsDeleted", false) AS is_deleted,
    CASE WHEN "IsDeleted" THEN coalesce("SystemModstamp", "LastModifiedDate") END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.salesforce_campaign
