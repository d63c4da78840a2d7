-- stored
-- What was a deal at the end of a day, and whose? One row for each stretch of days, [valid_from, valid_to), in which nothing changed.
-- An amount in another currency than the firm's is none. Grade and office are the owner's; a queue or a robot as owner has none.
WITH owners AS (
    SELECT
        user_id,
        person_id,
        is_active,
        is_client_facing,
        grade,
        office,
        location,
        department,
        valid_from,
        valid_to
    FROM owner_history
    UNION ALL
    SELECT
        user_id,
        NULL AS person_id,
        NULL AS is_active,
        NULL AS is_client_facing,
        NULL AS grade,
        NULL AS office,
        NULL AS location,
        NULL AS department,
        DATE '1900-01-01' AS valid_from,
        min(valid_from) AS valid_to
    FROM owner_history
    GROUP BY user_id
),
days AS (
    SELECT
        *,
        local_date(valid_from, project_zone()) AS from_day,
        local_date(valid_to, project_zone()) AS to_day
    FROM opportunity_history
),
stretches AS (
    SELECT
        d.opp_id,
        d.owner_id,
        d.stage,
        d.status,
        CASE WHEN coalesce(d.currency, currency()) = currency() THEN d.amount END AS amount,
        d.probability,
        d.forecast_category,
        d.close_date,
        d.created_ts,
        o.person_id,
        o.is_active,
        o.is_client_facing,
        o.grade,
        o.office,
        o.location,
        o.department,
        greatest(d.from_day, o.valid_from) AS valid_from,
        least(d.to_day, o.valid_to) AS valid_to
    FROM days AS d
    LEFT JOIN owners AS o
        ON o.user_id = d.owner_id
        AND (d.to_day IS NULL OR o.valid_from < d.to_day)
        AND (o.valid_to IS NULL OR d.from_day < o.valid_to)
    WHERE d.status <> 'gone'
)
SELECT *
FROM stretches
WHERE valid_to IS NULL
    OR valid_from < valid_to
ORDER BY
    status,
    valid_to,
    opp_id
