-- stored
-- Which deal was won or lost, on which close date, for how much, and whose was it then? One row for each stretch of being closed.
-- The amount is in the firm's currency, else NULL. closer_id owned the deal at the end of its close date, owner_id owns it in the
-- stretch; where the close date lies ahead of the asked day, only the latter is known.
SELECT
    h.opp_id,
    h.status,
    h.close_date,
    h.created_ts,
    CASE WHEN coalesce(h.currency, currency()) = currency() THEN h.amount END AS amount,
    h.owner_id,
    r.owner_id AS closer_id,
    h.valid_from,
    h.valid_to
FROM opportunity_history AS h
LEFT JOIN deal_records AS r
    ON r.opp_id = h.opp_id
    AND (r.valid_from IS NULL OR r.valid_from < start_of_day(h.close_date + 1, project_zone()))
    AND (r.valid_to IS NULL OR r.valid_to >= start_of_day(h.close_date + 1, project_zone()))
WHERE h.status IN ('won', 'lost')
