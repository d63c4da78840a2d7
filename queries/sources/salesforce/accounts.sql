-- What did each snapshot say of each client firm?
SELECT
    'salesforce' AS source,
    "Id" AS account_id,
    "ParentId" AS parent_id,
    "OwnerId" AS owner_id,
    "Name" AS name,
    "CreatedDate" AS created_ts,
    "CreatedById" AS created_by,
    coalesce("IsDeleted", false) AS is_deleted,
    CASE WHEN "IsDeleted" THEN coalesce("SystemModstamp", "LastModifiedDate") END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.salesforce_account
