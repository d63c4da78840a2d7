-- Which users are no people, because `robots` of uptake.toml names their username, their id or their profile?
SELECT u.user_id
FROM crm_users AS u
JOIN robots AS r
    ON lower(r.robot) = lower(u.username)
UNION
SELECT u.user_id
FROM crm_users AS u
JOIN robots AS r
    ON id18(r.robot) = u.user_id
UNION
SELECT u.user_id
FROM crm_users AS u
JOIN robots AS r
    ON lower(r.robot) = lower(u.profile)
UNION
SELECT u.user_id
FROM crm_users AS u
JOIN robots AS r
    ON id18(r.robot) = u.profile_id
