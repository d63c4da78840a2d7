-- Who was on approved leave, from which day to which? The file's last day is one of them. Of a row the newest version holds; one that ends
-- before it begins is none. A roster may say it by a flag instead: then it holds as long as the line that says it.
WITH lines AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY _key ORDER BY first_seen DESC) AS _newest
    FROM landing.hr_absences
),
told AS (
    SELECT
        trim("employee_number") AS employee_number,
        lower(trim("email")) AS email,
        "absent_from" AS from_date,
        "absent_to" AS last_date
    FROM lines
    WHERE _newest = 1
    UNION ALL
    SELECT DISTINCT
        trim("employee_number") AS employee_number,
        lower(trim("email")) AS email,
        "absent_on" AS from_date,
        "absent_on" AS last_date
    FROM landing.hr_absence_days
)
SELECT
    'hr' AS source,
    employee_number,
    email,
    from_date AS valid_from,
    last_date + 1 AS valid_to
FROM told
WHERE from_date IS NOT NULL
    AND (last_date IS NULL OR last_date >= from_date)
UNION ALL
SELECT
    'hr' AS source,
    trim(employee_number) AS employee_number,
    lower(trim(email)) AS email,
    greatest(valid_from, first_seen) AS valid_from,
    least(valid_to + 1, next_seen) AS valid_to
FROM landing.hr_roster
WHERE coalesce(on_leave, false)
    AND (valid_to IS NULL OR valid_to >= greatest(valid_from, first_seen))
