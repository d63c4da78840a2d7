-- stored
-- What was a deal at the end of a day, and whose? One row for each stretch of days, [valid_from, valid_to), in which nothing changed.
-- An amount in another currency than the firm's is none. Grade and office are the owner's; a queue or a robot as owner has none. quarter
-- is the fiscal quarter of the close date, next_quarter the one after it; same_since the day since when the deal and its owner are the same, though
-- the owner's grade may change; quiet_since the day on which a human last touched the deal, or created it.
WITH days AS (
    SELECT
        *,
        local_date(valid_from, project_zone()) AS from_day,
        local_date(valid_to, project_zone()) AS to_day,
        local_date(created_ts, project_zone()) AS created_on,
        period_start(close_date, 'quarter') AS quarter
    FROM opportunity_history
    WHERE status <> 'gone'
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
        d.quarter,
        next_period(d.quarter, 'quarter') AS next_quarter,
        d.created_on,
        d.from_day AS same_since,
        CASE WHEN d.created_on IS NOT NULL THEN greatest(d.created_on, c.touched_on) END AS quiet_since,
        coalesce(c.is_slow, false) AS is_slow,
        o.person_id,
        o.is_active,
        o.is_client_facing,
        o.grade,
        o.office,
        o.location,
        o.department,
        greatest(d.from_day, o.valid_from, c.valid_from) AS valid_from,
        least(d.to_day, o.valid_to, c.valid_to) AS valid_to
    FROM days AS d
    LEFT JOIN owner_history AS o
        ON o.user_id = d.owner_id
        AND (d.to_day IS NULL OR o.valid_from < d.to_day)
        AND (o.valid_to IS NULL OR d.from_day < o.valid_to)
    LEFT JOIN deal_care AS c
        ON c.opp_id = d.opp_id
        AND (d.to_day IS NULL OR c.valid_from < d.to_day)
        AND (c.valid_to IS NULL OR d.from_day < c.valid_to)
)
SELECT *
FROM stretches
WHERE valid_to IS NULL
    OR valid_from < valid_to
ORDER BY
    status,
    valid_to,
    opp_id
