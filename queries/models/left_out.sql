-- Which users are counted nowhere, since they are no people? Robots that uptake.toml names are told by name.
SELECT DISTINCT
    u.user_id,
    CASE WHEN r.user_id IS NOT NULL THEN 'robot' ELSE u.user_kind END AS kind,
    CASE WHEN r.user_id IS NOT NULL THEN u.username END AS name
FROM crm_users AS u
LEFT JOIN robot_users AS r
    ON r.user_id = u.user_id
WHERE r.user_id IS NOT NULL
    OR u.user_kind <> 'human'
