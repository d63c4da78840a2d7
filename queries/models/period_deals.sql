-- What was each deal at the end of each asked period, and whose? One row for each period and deal that was there.
-- An amount in another currency than the firm's is none. Grade and office are the owner's on the period's last day.
WITH ends AS (
    SELECT
        period_start,
        period_end,
        at,
        start_of_day(at + 1, project_zone()) AS end_ts
    FROM periods
)
SELECT
    e.period_start,
    e.period_end,
    e.at,
    d.opp_id,
    d.owner_id,
    coalesce(d.stage, '(none)') AS stage,
    d.status,
    CASE WHEN coalesce(d.currency, currency()) = currency() THEN d.amount END AS amount,
    d.probability,
    d.forecast_category,
    d.close_date,
    d.created_ts,
    coalesce(h.grade, '(none)') AS grade,
    coalesce(h.office, '(none)') AS office,
    coalesce(h.location, '(none)') AS location,
    coalesce(h.department, '(none)') AS department
FROM ends AS e
JOIN opportunity_history AS d
    ON d.valid_from < e.end_ts
    AND (d.valid_to IS NULL OR d.valid_to >= e.end_ts)
LEFT JOIN person_of_user AS u
    ON u.user_id = d.owner_id
    AND u.is_human
LEFT JOIN person_history AS h
    ON h.person_id = u.person_id
    AND e.at >= h.valid_from
    AND (h.valid_to IS NULL OR e.at < h.valid_to)
WHERE d.status <> 'gone'
