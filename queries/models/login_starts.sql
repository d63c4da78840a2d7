-- stored
-- When did somebody log in?
-- Rows that count: successful, human, interactive, no token refresh. One that follows the person's previous such row by
-- 15 minutes or less is the same login. The day is that of the person's own clock at the first row.
WITH counted AS (
    SELECT
        p.person_id,
        l.user_id,
        l.login_id,
        l.ts,
        l.channel,
        lag(l.ts) OVER (PARTITION BY p.person_id ORDER BY l.ts, l.login_id) AS previous_ts
    FROM logins AS l
    JOIN person_of_user AS p
        ON p.user_id = l.user_id
    WHERE p.is_human
        AND l.outcome = 'success'
        AND l.channel <> 'api'
        AND coalesce(l.auth, '') <> 'token'
        AND l.impersonator_id IS NULL
        AND coalesce(l.method, 'log') = 'log'
)
SELECT
    c.person_id,
    c.user_id,
    c.ts,
    local_date(c.ts, coalesce(h.tz, project_zone())) AS local_date,
    c.channel
FROM counted AS c
LEFT JOIN user_history AS h
    ON h.user_id = c.user_id
    AND CAST(c.ts AS DATE) >= h.valid_from
    AND (h.valid_to IS NULL OR CAST(c.ts AS DATE) < h.valid_to)
WHERE c.previous_ts IS NULL
    OR c.ts > c.previous_ts + INTERVAL '15 minutes'
