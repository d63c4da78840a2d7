-- Who is a user of Zoho, and were they active? The users of a backup; an owner whom it does not list, by the id or the name that the
-- records bear. One row for each stretch in which nothing we use changed.
WITH listed AS (
    SELECT
        "Record_Id" AS user_id,
        "Email" AS email,
        trim(coalesce("Full_Name", concat_ws(' ', "First_Name", "Last_Name"))) AS name,
        "Role" AS title,
        "City" AS city,
        "Country" AS country,
        coalesce("Profile", "Profile_Id") AS profile,
        "Profile_Id" AS profile_id,
        "Reporting_To_Id" AS manager_id,
        lower(coalesce("User_Status", 'active')) = 'active' AS is_active,
        "Created_Time" AS created_ts,
        first_seen,
        next_seen
    FROM landing.zoho_users
),
written AS (
    SELECT
        *,
        concat_ws('|', coalesce(email, ''), coalesce(name, ''), coalesce(title, ''), coalesce(city, ''), coalesce(country, ''),
            coalesce(profile, ''), coalesce(manager_id, ''), is_active) AS content
    FROM listed
),
compared AS (
    SELECT
        *,
        lag(next_seen) OVER along = first_seen AND lag(content) OVER along = content AS goes_on
    FROM written
    WINDOW along AS (PARTITION BY user_id ORDER BY first_seen)
),
runs AS (
    SELECT
        *,
        sum(CASE WHEN goes_on THEN 0 ELSE 1 END) OVER (PARTITION BY user_id ORDER BY first_seen) AS run
    FROM compared
),
mentioned AS (
    SELECT coalesce("Owner_Id", trim("Owner")) AS user_id, trim("Owner") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_deals
    UNION ALL
    SELECT coalesce("Created_By", trim("Created_By_Name")) AS user_id, trim("Created_By_Name") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_deals
    UNION ALL
    SELECT coalesce("Owner_Id", trim("Owner")) AS user_id, trim("Owner") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_accounts
    UNION ALL
    SELECT coalesce("Created_By", trim("Created_By_Name")) AS user_id, trim("Created_By_Name") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_accounts
    UNION ALL
    SELECT coalesce("Owner_Id", trim("Owner")) AS user_id, trim("Owner") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_contacts
    UNION ALL
    SELECT coalesce("Created_By", trim("Created_By_Name")) AS user_id, trim("Created_By_Name") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_contacts
    UNION ALL
    SELECT coalesce("Owner_Id", trim("Owner")) AS user_id, trim("Owner") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_leads
    UNION ALL
    SELECT coalesce("Owner_Id", trim("Owner")) AS user_id, trim("Owner") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_tasks
    UNION ALL
    SELECT coalesce("Owner_Id", trim("Owner")) AS user_id, trim("Owner") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_events
    UNION ALL
    SELECT coalesce("Owner_Id", trim("Owner")) AS user_id, trim("Owner") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_calls
    UNION ALL
    SELECT coalesce("Owner_Id", trim("Owner")) AS user_id, trim("Owner") AS name, "Created_Time" AS ts, first_seen FROM landing.zoho_cases
    UNION ALL
    SELECT lower(trim("User")) AS user_id, CAST(NULL AS TEXT) AS name, "Login_Time" AS ts, first_seen FROM landing.zoho_login_history
),
unlisted AS (
    SELECT
        m.user_id,
        min(m.name) AS name,
        min(m.ts) AS created_ts,
        min(m.first_seen) AS valid_from
    FROM mentioned AS m
    LEFT JOIN (
        SELECT user_id AS word
        FROM listed
        UNION
        SELECT lower(trim(email)) AS word
        FROM listed
        UNION
        SELECT lower(name) AS word
        FROM listed
    ) AS l
        ON l.word = m.user_id
    WHERE m.user_id IS NOT NULL
        AND m.user_id <> ''
        AND l.word IS NULL
    GROUP BY m.user_id
)
SELECT
    'zoho' AS source,
    user_id,
    email AS username,
    email,
    name,
    title,
    city,
    country,
    'human' AS user_kind,
    profile,
    profile_id,
    manager_id,
    is_active,
    min(created_ts) AS created_ts,
    min(first_seen) AS valid_from,
    CASE WHEN count(next_seen) = count(*) THEN max(next_seen) END AS valid_to
FROM runs
GROUP BY
    user_id,
    run,
    email,
    name,
    title,
    city,
    country,
    profile,
    profile_id,
    manager_id,
    is_active
UNION ALL
SELECT
    'zoho' AS source,
    user_id,
    coalesce(name, user_id) AS username,
    regexp_match(user_id, '[^ <>()]+@[^ <>()]+')[1] AS email,
    coalesce(name, user_id) AS name,
    NULL AS title,
    NULL AS city,
    NULL AS country,
    'human' AS user_kind,
    NULL AS profile,
    NULL AS profile_id,
    NULL AS manager_id,
    true AS is_active,
    created_ts,
    valid_from,
    NULL AS valid_to
FROM unlisted
