-- What did each snapshot say of each case? Its Origin is the channel by which a client came, not how the record was made.
SELECT
    'salesforce' AS source,
    "Id" AS case_id,
    "ContactId" AS contact_id,
    "AccountId" AS account_id,
    "OwnerId" AS owner_id,
    "Type" AS case_type,
    "Status" AS status,
    "Priority" AS priority,
    "Origin" AS channel,
    coalesce("IsClosed", false) AS is_closed,
    "ClosedDate" AS closed_ts,
    "CreatedDate" AS created_ts,
    "CreatedById" AS created_by,
    coalesce("IsDeleted", false) AS is_deleted,
    CASE WHEN "IsDeleted" THEN coalesce("SystemModstamp", "LastModifiedDate") END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.salesforce_case
