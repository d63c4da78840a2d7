-- What did each snapshot say of each campaign? Deals name theirs in "Source Campaign"; whom it addressed is exported nowhere.
SELECT
    'dynamics' AS source,
    coalesce("campaignid", _key) AS campaign_id,
    coalesce("ownerid", trim("owner")) AS owner_id,
    "name" AS name,
    "typecode" AS campaign_type,
    coalesce("statuscode", "statecode") AS status,
    coalesce("actualstart", "proposedstart") AS start_date,
    coalesce("actualend", "proposedend") AS end_date,
    "createdon" AS created_ts,
    trim("createdby") AS created_by,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.dynamics_campaign
