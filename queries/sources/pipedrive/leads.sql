-- What did each snapshot say of each lead?
SELECT
    'pipedrive' AS source,
    coalesce("id", _key) AS lead_id,
    trim("owner") AS owner_id,
    "person_name" AS last_name,
    "org_name" AS company,
    coalesce("archive_status", "lead_labels") AS status,
    false AS is_converted,
    coalesce("source_name", "source_origin") AS lead_source,
    "add_time" AS created_ts,
    trim("creator") AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.pipedrive_leads
