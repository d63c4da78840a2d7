-- What did each snapshot say of each lead? Through the API its owner is a number, which the list of users names.
SELECT
    'pipedrive' AS source,
    coalesce(l."id", l._key) AS lead_id,
    coalesce(trim(l."owner"), u.name, l."user_id") AS owner_id,
    l."person_name" AS last_name,
    l."org_name" AS company,
    coalesce(l."archive_status", l."lead_labels") AS status,
    false AS is_converted,
    coalesce(l."source_name", l."source_origin") AS lead_source,
    l."add_time" AS created_ts,
    trim(l."creator") AS created_by,
    false AS is_deleted,
    l.first_seen,
    l.last_seen,
    l.next_seen,
    coalesce(l.gone, false) AS gone
FROM landing.pipedrive_leads AS l
LEFT JOIN (
    SELECT
        "id" AS id,
        first_value(trim("name") ORDER BY first_seen DESC) AS name
    FROM landing.pipedrive_users
    GROUP BY "id"
) AS u
    ON u.id = l."user_id"
