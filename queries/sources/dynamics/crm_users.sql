-- Who is a user of Dynamics? Those of the table of users, and the owners and creators that it lacks, by the name or id they bear. A user
-- is called as records call them: a view tells a name, the API a GUID, with the name beside it where labels were asked for.
WITH listed AS (
    SELECT
        *,
        trim(coalesce("fullname", nullif(concat_ws(' ', trim("firstname"), trim("lastname")), ''))) AS _full_name,
        row_number() OVER (PARTITION BY _key ORDER BY first_seen DESC) AS _newest,
        min(first_seen) OVER (PARTITION BY _key) AS _since
    FROM landing.dynamics_systemuser
),
mentioned AS (
    SELECT coalesce("ownerid", trim("owner")) AS user_id, trim("owner") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_opportunity
    UNION ALL
    SELECT trim("createdby") AS user_id, trim("createdbyname") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_opportunity
    UNION ALL
    SELECT coalesce("ownerid", trim("owner")) AS user_id, trim("owner") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_account
    UNION ALL
    SELECT trim("createdby") AS user_id, trim("createdbyname") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_account
    UNION ALL
    SELECT coalesce("ownerid", trim("owner")) AS user_id, trim("owner") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_contact
    UNION ALL
    SELECT trim("createdby") AS user_id, trim("createdbyname") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_contact
    UNION ALL
    SELECT coalesce("ownerid", trim("owner")) AS user_id, trim("owner") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_lead
    UNION ALL
    SELECT trim("createdby") AS user_id, trim("createdbyname") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_lead
    UNION ALL
    SELECT coalesce("ownerid", trim("owner")) AS user_id, trim("owner") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_activitypointer
    UNION ALL
    SELECT trim("createdby") AS user_id, trim("createdbyname") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_activitypointer
    UNION ALL
    SELECT coalesce("ownerid", trim("owner")) AS user_id, trim("owner") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_incident
    UNION ALL
    SELECT coalesce("ownerid", trim("owner")) AS user_id, trim("owner") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_campaign
    UNION ALL
    SELECT coalesce("userid", trim("user")) AS user_id, trim("user") AS name, "createdon" AS ts, first_seen FROM landing.dynamics_audit
),
firsts AS (
    SELECT
        user_id,
        min(name) AS name,
        min(ts) AS ts,
        min(first_seen) AS first_seen
    FROM mentioned
    WHERE user_id IS NOT NULL
        AND user_id <> ''
    GROUP BY user_id
),
called AS (
    SELECT
        l.*,
        l."systemuserid" IS NOT NULL
        AND (g.user_id IS NOT NULL OR n.user_id IS NULL) AS _is_called_by_id
    FROM listed AS l
    LEFT JOIN firsts AS g
        ON g.user_id = l."systemuserid"
    LEFT JOIN firsts AS n
        ON n.user_id = l._full_name
    WHERE l._newest = 1
),
own AS (
    SELECT
        *,
        CASE WHEN _is_called_by_id THEN "systemuserid" ELSE _full_name END AS _user_id
    FROM called
)
SELECT
    'dynamics' AS source,
    coalesce(u._user_id, f.user_id) AS user_id,
    coalesce(min(u."domainname"), coalesce(u._user_id, f.user_id)) AS username,
    coalesce(min(u."internalemailaddress"), CASE WHEN min(u."domainname") LIKE '%@%' THEN min(u."domainname") END) AS email,
    min(u."employeeid") AS employee_number,
    coalesce(min(u._full_name), min(f.name), coalesce(u._user_id, f.user_id)) AS name,
    min(u."title") AS title,
    min(coalesce(u."businessunit", u."businessunitid")) AS department,
    min(u."site") AS city,
    CASE
        WHEN lower(min(u."accessmode")) IN ('4', 'non-interactive', '3', 'support user', '5', 'delegated admin') THEN 'integration'
        ELSE 'human'
    END AS user_kind,
    min(coalesce(u."parentsystemuserid", u."parentsystemuser")) AS manager_id,
    coalesce(lower(min(u."isdisabled")) NOT IN ('true', '1', 'yes', 'disabled'), true) AS is_active,
    least(min(f.ts), min(u."createdon")) AS created_ts,
    least(min(f.first_seen), min(u._since)) AS valid_from
FROM own AS u
FULL JOIN firsts AS f
    ON f.user_id = u._user_id
GROUP BY coalesce(u._user_id, f.user_id)
