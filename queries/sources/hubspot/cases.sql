-- What did each snapshot say of each ticket?
SELECT
    'hubspot' AS source,
    "hs_object_id" AS case_id,
    nullif(split_part("associated_contact_ids", ';', 1), '') AS contact_id,
    nullif(split_part("associated_company_ids", ';', 1), '') AS account_id,
    trim("hubspot_owner_id") AS owner_id,
    "hs_ticket_category" AS case_type,
    "hs_pipeline_stage" AS status,
    "hs_ticket_priority" AS priority,
    "source_type" AS channel,
    "closed_date" IS NOT NULL OR lower(coalesce("hs_pipeline_stage", '')) LIKE 'closed%' AS is_closed,
    "closed_date" AS closed_ts,
    "createdate" AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.hubspot_tickets
