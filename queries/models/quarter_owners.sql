-- stored
-- Who owned a deal in a fiscal quarter or in the four before, and since when in them? Deals that are open, or were closed in them.
WITH quarters AS (
    SELECT
        quarter,
        CAST(quarter - INTERVAL '1 year' AS DATE) AS past_quarter,
        start_of_day(CAST(quarter - INTERVAL '1 year' AS DATE), project_zone()) AS past_ts
    FROM (
        SELECT DISTINCT quarter
        FROM stage_limits
    ) AS known
)
SELECT
    q.quarter,
    u.person_id,
    min(greatest(h.valid_from, q.past_ts)) AS owned_ts
FROM opportunity_history AS h
JOIN quarters AS q
    ON (h.status = 'open' AND (h.valid_to IS NULL OR h.valid_to > q.past_ts))
    OR (h.status IN ('won', 'lost') AND h.close_date >= q.past_quarter)
JOIN person_of_user AS u
    ON u.user_id = h.owner_id
    AND u.is_human
GROUP BY
    q.quarter,
    u.person_id
