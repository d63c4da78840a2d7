-- stored
-- With which row does the login log begin?
SELECT min(ts) AS first_ts
FROM logins
WHERE coalesce(method, 'log') = 'log'
