-- When was a user active, when no more, and when not yet?
-- IsActive of a snapshot holds until the next one. Before the first: active from the day of creation; who was inactive
-- there was active until the later of last login row and last stamp, that day included.
WITH versions AS (
    SELECT
        u.user_id,
        p.person_id,
        u.is_active,
        u.tz,
        u.valid_from AS version_from,
        u.valid_to,
        least(u.valid_from, local_date(u.created_ts, coalesce(u.tz, project_zone()))) AS created_on,
        row_number() OVER (PARTITION BY u.user_id ORDER BY u.valid_from) AS version
    FROM crm_users AS u
    JOIN person_of_user AS p
        ON p.user_id = u.user_id
),
signs AS (
    SELECT
        user_id,
        max(ts) AS last_ts
    FROM (
        SELECT
            user_id,
            ts
        FROM logins
        UNION ALL
        SELECT
            user_id,
            ts
        FROM stamps
    ) AS all_signs
    GROUP BY user_id
),
turned AS (
    SELECT
        v.user_id,
        v.person_id,
        v.is_active,
        v.version,
        v.version_from,
        v.valid_to,
        CASE WHEN v.version = 1 THEN v.created_on ELSE v.version_from END AS active_from,
        CASE
            WHEN v.is_active THEN v.valid_to
            WHEN v.version > 1 THEN v.version_from
            ELSE least(
                v.version_from,
                greatest(v.created_on, local_date(s.last_ts, coalesce(r.tz, v.tz, project_zone())) + 1)
            )
        END AS active_until
    FROM versions AS v
    LEFT JOIN signs AS s
        ON s.user_id = v.user_id
        AND v.version = 1
    LEFT JOIN roster_history AS r
        ON r.person_id = v.person_id
        AND CAST(s.last_ts AS DATE) >= r.valid_from
        AND (r.valid_to IS NULL OR CAST(s.last_ts AS DATE) < r.valid_to)
),
parts AS (
    SELECT
        t.user_id,
        t.person_id,
        part.status,
        t.version_from,
        CASE part.status
            WHEN 'not yet' THEN DATE '1900-01-01'
            WHEN 'active' THEN t.active_from
            ELSE t.active_until
        END AS valid_from,
        CASE part.status
            WHEN 'not yet' THEN t.active_from
            WHEN 'active' THEN t.active_until
            ELSE t.valid_to
        END AS valid_to
    FROM turned AS t
    CROSS JOIN (VALUES ('not yet'), ('active'), ('deactivated')) AS part (status)
    WHERE part.status = 'active'
        OR (part.status = 'not yet' AND t.version = 1)
        OR (part.status = 'deactivated' AND NOT t.is_active)
)
SELECT *
FROM parts
WHERE valid_to IS NULL
    OR valid_from < valid_to
