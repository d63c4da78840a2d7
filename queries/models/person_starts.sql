-- stored
-- When did a person first have a user in the CRM, by their own clock?
SELECT
    p.person_id,
    min(local_date(u.created_ts, coalesce(u.tz, project_zone()))) AS started_on
FROM crm_users AS u
JOIN person_of_user AS p
    ON p.user_id = u.user_id
WHERE p.is_human
GROUP BY p.person_id
