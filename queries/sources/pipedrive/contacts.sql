-- What did each snapshot say of each person? Of several e-mails and phones in one cell the first is theirs, also where the API tells them as
-- a list of JSON. Their organisation is told by its name, where the view does not have its id; their owner by a number, through the API,
-- which the list of users names.
SELECT
    'pipedrive' AS source,
    coalesce(p."id", p._key) AS contact_id,
    coalesce(p."org_id", o.id, p."org_name") AS account_id,
    coalesce(trim(p."owner"), u.name, p."user_id") AS owner_id,
    coalesce(p."first_name", split_part(trim(p."name"), ' ', 1)) AS first_name,
    coalesce(p."last_name", nullif(substr(trim(p."name"), length(split_part(trim(p."name"), ' ', 1)) + 2), '')) AS last_name,
    CASE
        WHEN p."email" LIKE '[%' THEN nullif(trim(regexp_match(p."email", '["'']value["'']\s*:\s*["'']([^"'']*)')[1]), '')
        ELSE nullif(trim(split_part(coalesce(p."email", p."email_work", p."email_home", p."email_other"), ',', 1)), '')
    END AS email,
    CASE
        WHEN p."phone" LIKE '[%' THEN nullif(trim(regexp_match(p."phone", '["'']value["'']\s*:\s*["'']([^"'']*)')[1]), '')
        ELSE nullif(trim(split_part(coalesce(p."phone", p."phone_work"), ',', 1)), '')
    END AS phone,
    p."phone_mobile" AS mobile,
    lower(coalesce(p."marketing_status", '')) = 'unsubscribed' AS is_opted_out,
    false AS is_deceased,
    p."add_time" AS created_ts,
    trim(p."creator") AS created_by,
    false AS is_deleted,
    p.first_seen,
    p.last_seen,
    p.next_seen,
    coalesce(p.gone, false) AS gone
FROM landing.pipedrive_people AS p
LEFT JOIN (
    SELECT
        "name" AS name,
        min("id") AS id
    FROM landing.pipedrive_organizations
    GROUP BY "name"
    HAVING count(DISTINCT "id") = 1
) AS o
    ON o.name = p."org_name"
LEFT JOIN (
    SELECT
        "id" AS id,
        first_value(trim("name") ORDER BY first_seen DESC) AS name
    FROM landing.pipedrive_users
    GROUP BY "id"
) AS u
    ON u.id = p."user_id"
