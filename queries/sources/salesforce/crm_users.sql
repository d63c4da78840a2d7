-- Who is a user of the CRM, as what, and were they active: one row for each stretch in which nothing we use changed.
-- A User row changes with every login (LastLoginDate); runs of versions that are alike for us become one. A report names owners; a name
-- that no user bears is a user too.
WITH profiles AS (
    SELECT
        "Id" AS profile_id,
        "Name" AS profile,
        row_number() OVER (PARTITION BY "Id" ORDER BY first_seen DESC) AS newest
    FROM landing.salesforce_profile
),
versions AS (
    SELECT
        u."Id" AS user_id,
        u."Username" AS username,
        u."Email" AS email,
        u."EmployeeNumber" AS employee_number,
        coalesce(u."Name", trim(concat_ws(' ', u."FirstName", u."LastName"))) AS name,
        u."Title" AS title,
        u."Department" AS department,
        u."Division" AS division,
        u."City" AS city,
        u."Country" AS country,
        known_zone(u."TimeZoneSidKey") AS tz,
        CASE
            WHEN u."UserType" = 'Standard' THEN 'human'
            WHEN u."UserType" IN ('AutomatedProcess', 'CloudIntegrationUser') THEN 'integration'
            WHEN u."UserType" = 'LicenseManager' THEN 'service'
            ELSE 'portal'
        END AS user_kind,
        p.profile,
        u."ProfileId" AS profile_id,
        u."ManagerId" AS manager_id,
        coalesce(u."IsActive", false) AS is_active,
        coalesce(u."CreatedDate", start_of_day(min(u.first_seen) OVER (PARTITION BY u."Id"), project_zone())) AS created_ts,
        u.first_seen,
        u.next_seen
    FROM landing.salesforce_user AS u
    LEFT JOIN profiles AS p
        ON p.profile_id = u."ProfileId"
        AND p.newest = 1
),
written AS (
    SELECT
        *,
        concat_ws(
            '|',
            coalesce(username, ''),
            coalesce(email, ''),
            coalesce(employee_number, ''),
            coalesce(name, ''),
            coalesce(title, ''),
            coalesce(department, ''),
            coalesce(division, ''),
            coalesce(city, ''),
            coalesce(country, ''),
            coalesce(tz, ''),
            coalesce(user_kind, ''),
            coalesce(profile_id, ''),
            coalesce(manager_id, ''),
            is_active
        ) AS content
    FROM versions
),
compared AS (
    SELECT
        *,
        lag(next_seen) OVER (PARTITION BY user_id ORDER BY first_seen) = first_seen
        AND lag(content) OVER (PARTITION BY user_id ORDER BY first_seen) = content AS goes_on
    FROM written
),
runs AS (
    SELECT
        *,
        sum(CASE WHEN goes_on THEN 0 ELSE 1 END) OVER (PARTITION BY user_id ORDER BY first_seen) AS run
    FROM compared
)
SELECT
    'salesforce' AS source,
    user_id,
    username,
    email,
    employee_number,
    name,
    title,
    department,
    division,
    city,
    country,
    tz,
    user_kind,
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
    username,
    email,
    employee_number,
    name,
    title,
    department,
    division,
    city,
    country,
    tz,
    user_kind,
    profile,
    profile_id,
    manager_id,
    is_active
UNION ALL
SELECT
    'salesforce' AS source,
    trim(r."OpportunityOwner") AS user_id,
    CAST(NULL AS TEXT) AS username,
    CAST(NULL AS TEXT) AS email,
    CAST(NULL AS TEXT) AS employee_number,
    trim(r."OpportunityOwner") AS name,
    CAST(NULL AS TEXT) AS title,
    CAST(NULL AS TEXT) AS department,
    CAST(NULL AS TEXT) AS division,
    CAST(NULL AS TEXT) AS city,
    CAST(NULL AS TEXT) AS country,
    CAST(NULL AS TEXT) AS tz,
    'human' AS user_kind,
    CAST(NULL AS TEXT) AS profile,
    CAST(NULL AS TEXT) AS profile_id,
    CAST(NULL AS TEXT) AS manager_id,
    true AS is_active,
    start_of_day(least(min(r."CreatedOn"), min(r.first_seen)), project_zone()) AS created_ts,
    min(r.first_seen) AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM landing.salesforce_opportunityreport AS r
LEFT ANTI JOIN versions AS v
    ON lower(trim(v.name)) = lower(trim(r."OpportunityOwner"))
WHERE trim(r."OpportunityOwner") <> ''
GROUP BY trim(r."OpportunityOwner")
