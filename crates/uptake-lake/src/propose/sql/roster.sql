-- What does the list say of the firm's people? A line holds from the list that brings it to the one that no longer does.
-- A name finds a user where only one person bears it; it is the number of who has no other.
SELECT
    '{source}' AS source,
    {number:text} AS employee_number,
    lower({email:text}) AS email,
    {name:full} AS name,
    {grade:text} AS grade,
    {job:text} AS job_family,
    {department:text} AS department,
    {office:text} AS office,
    {location:text} AS location,
    {country:text} AS country,
    CASE WHEN {manager:text} LIKE '%@%' THEN {manager:text} END AS manager_email,
    coalesce({begin:day}, first_seen) AS valid_from,
    next_seen AS valid_to
FROM landing.{relation}
