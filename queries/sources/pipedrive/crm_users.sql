-- Who is a user of Pipedrive? An export names owners by their names only, so a name is a user, since the oldest record it stands on.
-- Through the API an owner may be a number: a list of users from there names it, adds e-mails, and says who has left.
WITH numbered AS (
    SELECT "user_id" AS user_id, "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_deals
    UNION ALL
    SELECT "user_id" AS user_id, "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_organizations
    UNION ALL
    SELECT "user_id" AS user_id, "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_people
    UNION ALL
    SELECT "user_id" AS user_id, "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_leads
    UNION ALL
    SELECT "user_id" AS user_id, "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_activities
),
mentioned AS (
    SELECT "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_deals
    UNION ALL
    SELECT "creator" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_deals
    UNION ALL
    SELECT "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_organizations
    UNION ALL
    SELECT "creator" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_organizations
    UNION ALL
    SELECT "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_people
    UNION ALL
    SELECT "creator" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_people
    UNION ALL
    SELECT "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_leads
    UNION ALL
    SELECT "creator" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_leads
    UNION ALL
    SELECT "owner" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_activities
    UNION ALL
    SELECT "creator" AS owner, "add_time" AS ts, first_seen FROM landing.pipedrive_activities
    UNION ALL
    SELECT "name" AS owner, "created" AS ts, first_seen FROM landing.pipedrive_users
    UNION ALL
    SELECT
        n.user_id AS owner,
        n.ts,
        n.first_seen
    FROM numbered AS n
    LEFT ANTI JOIN landing.pipedrive_users AS u
        ON u."id" = n.user_id
    WHERE n.owner IS NULL
),
listed AS (
    SELECT
        lower(trim("name")) AS name,
        first_value("email" ORDER BY first_seen DESC) AS email,
        first_value(lower(coalesce("active_flag", 'true')) IN ('true', '1', 'yes') ORDER BY first_seen DESC) AS is_active
    FROM landing.pipedrive_users
    GROUP BY lower(trim("name"))
),
users AS (
    SELECT
        trim(owner) AS user_id,
        min(ts) AS created_ts,
        min(first_seen) AS first_seen
    FROM mentioned
    WHERE owner IS NOT NULL
        AND trim(owner) <> ''
    GROUP BY trim(owner)
)
SELECT
    'pipedrive' AS source,
    k.user_id,
    k.user_id AS username,
    coalesce(u.email, lower(regexp_match(k.user_id, '[^ <>()]+@[^ <>()]+')[1])) AS email,
    k.user_id AS name,
    'human' AS user_kind,
    coalesce(u.is_active, true) AS is_active,
    k.created_ts,
    k.first_seen AS valid_from
FROM users AS k
LEFT JOIN listed AS u
    ON u.name = lower(k.user_id)
