-- Whom did each mailing reach, and what came of it? The recipient's address names nobody here: who it is, a list of contacts says.
SELECT
    'plain' AS source,
    coalesce("send_id", _key) AS touch_id,
    "campaign" AS campaign_id,
    "contact_id" AS contact_id,
    "outcome" AS status,
    "clicked_at" IS NOT NULL
    OR lower(coalesce("outcome", '')) IN ('clicked', 'click', 'replied', 'reply', 'responded') AS has_responded,
    local_date("clicked_at", project_zone()) AS responded_on,
    "sent_at" AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.plain_sends
