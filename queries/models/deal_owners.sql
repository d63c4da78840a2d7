-- stored
-- Under which grade, office, location and department does a deal count at the end of a day, as its owner of then does? One row for each
-- deal and stretch of days, [valid_from, valid_to), without gaps. A queue or a robot as owner counts under nothing.
WITH owners AS (
    SELECT
        opp_id,
        owner_id,
        local_date(valid_from, project_zone()) AS valid_from,
        lag(owner_id) OVER along AS owner_before,
        row_number() OVER along AS version
    FROM deal_records
    WINDOW along AS (PARTITION BY opp_id ORDER BY valid_from NULLS FIRST)
),
stretches AS (
    SELECT
        opp_id,
        owner_id,
        coalesce(valid_from, DATE '1900-01-01') AS valid_from,
        lead(valid_from) OVER (PARTITION BY opp_id ORDER BY valid_from NULLS FIRST) AS valid_to
    FROM owners
    WHERE version = 1
        OR (owner_id IS DISTINCT FROM owner_before)
)
SELECT
    s.opp_id,
    h.grade,
    h.office,
    h.location,
    h.department,
    greatest(s.valid_from, h.valid_from) AS valid_from,
    least(s.valid_to, h.valid_to) AS valid_to
FROM stretches AS s
LEFT JOIN owner_history AS h
    ON h.user_id = s.owner_id
    AND (s.valid_to IS NULL OR h.valid_from < s.valid_to)
    AND (h.valid_to IS NULL OR s.valid_from < h.valid_to)
ORDER BY
    opp_id,
    valid_from
