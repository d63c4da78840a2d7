-- What did each snapshot say of each lead of the leads' own list? A contact whose lifecycle stage is "lead" stays a contact.
SELECT
    'hubspot' AS source,
    "hs_object_id" AS lead_id,
    trim("hubspot_owner_id") AS owner_id,
    "hs_lead_name" AS last_name,
    "hs_pipeline_stage" AS status,
    "associated_deal_ids" IS NOT NULL AS is_converted,
    nullif(split_part("associated_company_ids", ';', 1), '') AS account_id,
    nullif(split_part("associated_contact_ids", ';', 1), '') AS contact_id,
    nullif(split_part("associated_deal_ids", ';', 1), '') AS opp_id,
    "hs_lead_source" AS lead_source,
    "hs_createdate" AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.hubspot_leads
