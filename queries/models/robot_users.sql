-- Which users are no people, because `robots` of uptake.toml names their username, their profile or an id?
SELECT DISTINCT u.user_id
FROM crm_users AS u
JOIN robots AS r
    ON lower(r.robot) IN (lower(u.username), lower(u.profile))
    OR id18(r.robot) IN (u.user_id, u.profile_id)
