-- Whom did each campaign address? A member says neither when nor by which channel.
SELECT
    'salesforce' AS source,
    "Id" AS touch_id,
    "CampaignId" AS campaign_id,
    "ContactId" AS contact_id,
    "LeadId" AS lead_id,
    "Status" AS status,
    coalesce("HasResponded", false) AS has_responded,
    "FirstRespondedDate" AS responded_on,
    "CreatedDate" AS created_ts,
    "CreatedById" AS created_by,
    coalesce("IsDeleted", false) AS is_deleted,
    CASE WHEN "IsDeleted" THEN coalesce("SystemModstamp", "LastModifiedDate") END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.salesforce_campaignmember
