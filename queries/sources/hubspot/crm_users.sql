-- Who is a user of HubSpot? An export names owners by their display names only, so a name is a user, since the oldest record it
-- stands on. The users' export adds e-mails; the login history adds who logs in and owns nothing. Whether somebody has left shows
-- only in the name that HubSpot gives them then: "Deactivated User (ann@x.example)". Through the API an owner is a number, which the list of
-- owners names.
WITH owners AS (
    SELECT
        "owner_id" AS id,
        first_value(
            coalesce(nullif(trim(concat_ws(' ', "first_name", "last_name")), ''), lower(trim("email")))
            ORDER BY first_seen DESC
        ) AS name,
        first_value(lower(trim("email")) ORDER BY first_seen DESC) AS email
    FROM landing.hubspot_owners
    GROUP BY "owner_id"
),
mentioned AS (
    SELECT "hubspot_owner_id" AS owner, "createdate" AS ts, first_seen FROM landing.hubspot_deals
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "createdate" AS ts, first_seen FROM landing.hubspot_companies
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "createdate" AS ts, first_seen FROM landing.hubspot_contacts
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "hs_createdate" AS ts, first_seen FROM landing.hubspot_leads
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "createdate" AS ts, first_seen FROM landing.hubspot_tickets
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "hs_createdate" AS ts, first_seen FROM landing.hubspot_calls
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "hs_createdate" AS ts, first_seen FROM landing.hubspot_meetings
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "hs_createdate" AS ts, first_seen FROM landing.hubspot_tasks
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "hs_createdate" AS ts, first_seen FROM landing.hubspot_notes
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "hs_createdate" AS ts, first_seen FROM landing.hubspot_emails
    UNION ALL
    SELECT "hubspot_owner_id" AS owner, "hs_createdate" AS ts, first_seen FROM landing.hubspot_engagements
),
listed AS (
    SELECT
        lower(trim("email")) AS email,
        first_value(nullif(trim(coalesce("name", concat_ws(' ', "first_name", "last_name"))), '') ORDER BY first_seen DESC) AS name,
        first_value("job_title" ORDER BY first_seen DESC) AS title,
        first_value("main_team" ORDER BY first_seen DESC) AS department,
        first_value(lower(coalesce("status", '')) NOT IN ('deactivated', 'removed', 'inactive') ORDER BY first_seen DESC) AS is_active,
        min(first_seen) AS first_seen
    FROM landing.hubspot_users
    GROUP BY lower(trim("email"))
),
known AS (
    SELECT
        coalesce(o.name, trim(m.owner)) AS user_id,
        m.ts,
        m.first_seen
    FROM mentioned AS m
    LEFT JOIN owners AS o
        ON o.id = trim(m.owner)
    WHERE m.owner IS NOT NULL
        AND trim(m.owner) <> ''
    UNION ALL
    SELECT
        coalesce(name, email) AS user_id,
        CAST(NULL AS TIMESTAMP) AS ts,
        first_seen
    FROM listed
    UNION ALL
    SELECT
        coalesce(u.name, lower(trim(l."user_email"))) AS user_id,
        l."login_at" AS ts,
        l.first_seen
    FROM landing.hubspot_login_history AS l
    LEFT JOIN listed AS u
        ON u.email = lower(trim(l."user_email"))
),
users AS (
    SELECT
        user_id,
        min(ts) AS created_ts,
        min(first_seen) AS first_seen
    FROM known
    WHERE user_id IS NOT NULL
    GROUP BY user_id
)
SELECT
    'hubspot' AS source,
    k.user_id,
    k.user_id AS username,
    coalesce(min(u.email), min(o.email), lower(regexp_match(k.user_id, '[^ <>()]+@[^ <>()]+')[1])) AS email,
    k.user_id AS name,
    min(u.title) AS title,
    min(u.department) AS department,
    'human' AS user_kind,
    coalesce(bool_or(u.is_active), k.user_id NOT LIKE 'Deactivated %') AS is_active,
    k.created_ts,
    k.first_seen AS valid_from
FROM users AS k
LEFT JOIN listed AS u
    ON lower(coalesce(u.name, u.email)) = lower(k.user_id)
LEFT JOIN (
    SELECT
        name,
        min(email) AS email
    FROM owners
    GROUP BY name
    HAVING count(DISTINCT email) = 1
) AS o
    ON o.name = k.user_id
GROUP BY
    k.user_id,
    k.created_ts,
    k.first_seen
