-- When was a user active?
-- IsActive of a snapshot holds until the next one. Before the first: active from the day of creation; who was inactive
-- there was active until the later of last login row and last stamp, that day included.
WITH versions AS (
    SELECT
        u.user_id,
        p.person_id,
        u.is_active,
        u.tz,
        u.valid_from,
        u.valid_to,
        u.created_ts,
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
founded AS (
    SELECT
        v.*,
        least(v.valid_from, local_date(v.created_ts, coalesce(v.tz, project_zone()))) AS created_on,
        local_date(s.last_ts, coalesce(r.tz, v.tz, project_zone())) AS last_sign_on
    FROM versions AS v
    LEFT JOIN signs AS s
        ON s.user_id = v.user_id
    LEFT JOIN roster_history AS r
        ON r.person_id = v.person_id
        AND CAST(s.last_ts AS DATE) >= r.valid_from
        AND (r.valid_to IS NULL OR CAST(s.last_ts AS DATE) < r.valid_to)
    WHERE v.version = 1
),
turned AS (
    SELECT
        *,
        CASE
            WHEN is_active THEN valid_to
            ELSE least(valid_from, greatest(created_on, coalesce(last_sign_on + 1, created_on)))
        END AS active_until
    FROM founded
),
stretches AS (
    SELECT
        user_id,
        person_id,
        true AS is_active,
        valid_from AS version_from,
        created_on AS valid_from,
        active_until AS valid_to
    FROM turned
    UNION ALL
    SELECT
        user_id,
        person_id,
        false AS is_active,
        valid_from AS version_from,
        active_until AS valid_from,
        valid_to
    FROM turned
    WHERE NOT is_active
    UNION ALL
    SELECT
        user_id,
        person_id,
        is_active,
        valid_from AS version_from,
        valid_from,
        valid_to
    FROM versions
    WHERE version > 1
)
SELECT *
FROM stretches
WHERE valid_to IS NULL
    OR valid_from < valid_to
