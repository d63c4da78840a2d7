-- stored
-- What was a deal at an instant: stage, status, amount, owner? The terms of deal_terms with the record of deal_records laid over them.
SELECT
    t.opp_id,
    r.account_id,
    r.owner_id,
    'default' AS pipeline_id,
    t.stage,
    CASE WHEN r.is_gone THEN 'gone' ELSE t.status END AS status,
    t.amount,
    r.currency,
    t.close_date,
    t.forecast_category,
    t.probability,
    r.created_ts,
    r.created_by,
    t.closed_ts,
    greatest(t.valid_from, r.valid_from) AS valid_from,
    least(t.valid_to, r.valid_to) AS valid_to
FROM deal_terms AS t
JOIN deal_records AS r
    ON r.opp_id = t.opp_id
    AND (r.valid_to IS NULL OR t.valid_from < r.valid_to)
    AND (t.valid_to IS NULL OR r.valid_from IS NULL OR r.valid_from < t.valid_to)
