-- What did each snapshot say of each activity? It happened when it is done: on its due date, at its due time where it has one, unless
-- that lies ahead; else when it was ticked off. Its deal and its organisation are told by their names, where the view has no ids: a name that
-- only one has. Through the API whose it is is a number, which the list of users names.
WITH deals AS (
    SELECT
        "title" AS title,
        min("id") AS id
    FROM landing.pipedrive_deals
    GROUP BY "title"
    HAVING count(DISTINCT "id") = 1
),
organizations AS (
    SELECT
        "name" AS name,
        min("id") AS id
    FROM landing.pipedrive_organizations
    GROUP BY "name"
    HAVING count(DISTINCT "id") = 1
),
users AS (
    SELECT
        "id" AS id,
        first_value(trim("name") ORDER BY first_seen DESC) AS name
    FROM landing.pipedrive_users
    GROUP BY "id"
),
read AS (
    SELECT
        *,
        lower(coalesce("done", '')) IN ('done', 'yes', 'true', '1', 'hotovo') AS _is_done,
        lower(coalesce("type", '')) AS _word,
        coalesce(local_date("marked_as_done_time", project_zone()), last_seen) AS _known_on
    FROM landing.pipedrive_activities
)
SELECT
    'pipedrive' AS source,
    coalesce(a."id", a._key) AS activity_id,
    CASE
        WHEN _word LIKE '%call%' THEN 'call'
        WHEN _word LIKE '%meeting%' OR _word LIKE '%lunch%' OR _word LIKE '%demo%' THEN 'meeting'
        WHEN _word LIKE '%mail%' THEN 'email'
        ELSE 'task'
    END AS type,
    coalesce(trim(a."owner"), u.name, a."user_id") AS owner_id,
    coalesce(trim(a."creator"), trim(a."owner"), u.name, a."user_id") AS created_by,
    coalesce("add_time", "marked_as_done_time") AS created_ts,
    CASE
        WHEN _is_done AND ("due_date" IS NULL OR "due_date" > _known_on) THEN "marked_as_done_time"
    END AS occurred_ts,
    CASE WHEN _is_done AND "due_date" <= _known_on THEN "due_date" END AS occurred_on,
    "due_date" AS due_date,
    CASE WHEN _is_done THEN "marked_as_done_time" END AS completed_ts,
    CASE
        WHEN "duration" LIKE '%:%' THEN CAST(
            3600 * TRY_CAST(split_part("duration", ':', 1) AS BIGINT) + 60 * TRY_CAST(split_part("duration", ':', 2) AS BIGINT) AS BIGINT
        )
    END AS duration_s,
    coalesce("person_id", "person_name") AS contact_id,
    coalesce("org_id", o.id, "org_name") AS account_id,
    coalesce("deal_id", d.id) AS opp_id,
    false AS is_series,
    false AS is_copy,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM read AS a
LEFT JOIN deals AS d
    ON d.title = a."deal_title"
LEFT JOIN organizations AS o
    ON o.name = a."org_name"
LEFT JOIN users AS u
    ON u.id = a."user_id"
