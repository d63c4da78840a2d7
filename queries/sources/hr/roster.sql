-- What does the firm say about its people, and from when to when?
-- With valid_from a line is a dated fact: its newest version holds, and one that vanished ended by then. One that ends before it begins is none.
-- Without, the file is a snapshot: a line holds from the snapshot that brings it to the one that no longer does.
-- Workday's positions are dated facts too: of the primary job where it is marked, until the position, the employment or the row ends.
WITH lines AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY _key ORDER BY first_seen DESC) AS _newest
    FROM landing.hr_roster
),
names AS (
    SELECT
        "personal_info_system_id" AS worker_id,
        first_value(
            trim(concat_ws(' ', "first_name", "last_name"))
            ORDER BY CASE WHEN lower("type") = 'preferred' THEN 0 ELSE 1 END, first_seen DESC, "index"
        ) AS name
    FROM landing.hr_worker_names
    GROUP BY "personal_info_system_id"
),
emails AS (
    SELECT
        "personal_info_system_id" AS worker_id,
        first_value(
            trim("email_address")
            ORDER BY CASE WHEN upper("email_code") LIKE '%WORK%' THEN 0 ELSE 1 END, first_seen DESC, "id"
        ) AS email
    FROM landing.hr_worker_emails
    GROUP BY "personal_info_system_id"
),
workers AS (
    SELECT
        "id" AS worker_id,
        first_value("worker_code" ORDER BY "row_start" DESC NULLS LAST) AS employee_number,
        first_value("termination_date" ORDER BY "row_start" DESC NULLS LAST) AS left_on
    FROM landing.hr_workers
    WHERE lower(coalesce("is_deleted", 'false')) NOT IN ('true', '1')
    GROUP BY "id"
),
positions AS (
    SELECT
        *,
        coalesce("start_date", CAST("row_start" AS DATE)) AS _from_date,
        -- The last day of the position, or the last before the row's end; a row that ends in the year 9999 goes on.
        least("end_date" + 1, CASE WHEN "row_end" < TIMESTAMP '2200-01-01T00:00:00Z' THEN CAST("row_end" AS DATE) END) AS _to_date
    FROM landing.hr_worker_positions
    WHERE lower(coalesce("is_deleted", 'false')) NOT IN ('true', '1')
        AND lower(coalesce("is_primary_job", 'true')) IN ('true', '1')
)
SELECT
    'hr' AS source,
    trim(employee_number) AS employee_number,
    trim(email) AS email,
    name,
    grade,
    job_family,
    department,
    office,
    location,
    country,
    manager_email,
    known_zone(time_zone) AS tz,
    work_days,
    fte,
    is_client_facing,
    is_leader,
    coalesce(valid_from, first_seen) AS valid_from,
    CASE
        WHEN valid_from IS NULL THEN next_seen
        WHEN gone THEN least(valid_to + 1, next_seen)
        ELSE valid_to + 1
    END AS valid_to
FROM lines
WHERE valid_from IS NULL
    OR (_newest = 1 AND (valid_to IS NULL OR valid_to >= valid_from))
UNION ALL
SELECT
    'hr' AS source,
    coalesce(w.employee_number, p."worker_id") AS employee_number,
    e.email,
    n.name,
    p."management_level_code" AS grade,
    p."business_title" AS job_family,
    CAST(NULL AS TEXT) AS department,
    p."business_site_summary_name" AS office,
    p."business_site_summary_location" AS location,
    p."home_country" AS country,
    CAST(NULL AS TEXT) AS manager_email,
    CAST(NULL AS TEXT) AS tz,
    CAST(NULL AS TEXT) AS work_days,
    CAST(TRY_CAST(p."full_time_equivalent_percentage" AS DOUBLE) / 100 AS DECIMAL(18, 4)) AS fte,
    CAST(NULL AS BOOLEAN) AS is_client_facing,
    CAST(NULL AS BOOLEAN) AS is_leader,
    p._from_date AS valid_from,
    least(p._to_date, w.left_on + 1) AS valid_to
FROM positions AS p
LEFT JOIN workers AS w
    ON w.worker_id = p."worker_id"
LEFT JOIN names AS n
    ON n.worker_id = p."worker_id"
LEFT JOIN emails AS e
    ON e.worker_id = p."worker_id"
WHERE p._from_date < coalesce(least(p._to_date, w.left_on + 1), DATE '9999-12-31')
