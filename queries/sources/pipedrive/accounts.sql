-- What did each snapshot say of each organisation? One without its id is called by its name. Through the API its owner is a number, which the
-- list of users names.
SELECT
    'pipedrive' AS source,
    coalesce(g."id", g."name") AS account_id,
    coalesce(trim(g."owner"), u.name, g."user_id") AS owner_id,
    g."name" AS name,
    g."add_time" AS created_ts,
    trim(g."creator") AS created_by,
    false AS is_deleted,
    g.first_seen,
    g.last_seen,
    g.next_seen,
    coalesce(g.gone, false) AS gone
FROM landing.pipedrive_organizations AS g
LEFT JOIN (
    SELECT
        "id" AS id,
        first_value(trim("name") ORDER BY first_seen DESC) AS name
    FROM landing.pipedrive_users
    GROUP BY "id"
) AS u
    ON u.id = g."user_id"
