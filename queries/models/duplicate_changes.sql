-- stored
-- By how many do the contacts, and those among them that double an earlier one, grow or shrink on a date? The sum up to a date is their number.
WITH stretches AS (
    SELECT
        contact_id,
        1 AS records,
        0 AS doubles,
        valid_from,
        valid_to
    FROM contact_history
    UNION ALL
    SELECT
        contact_id,
        0 AS records,
        1 AS doubles,
        valid_from,
        valid_to
    FROM contact_clusters
    WHERE contact_id <> cluster_id
),
turns AS (
    SELECT
        s.contact_id,
        CASE WHEN step.sign = 1 THEN s.valid_from ELSE s.valid_to END AS d,
        step.sign * s.records AS records,
        step.sign * s.doubles AS doubles
    FROM stretches AS s
    CROSS JOIN (VALUES (1), (-1)) AS step (sign)
)
SELECT
    t.d,
    coalesce(c.origin, 'ui') AS origin,
    sum(t.records) AS records,
    sum(t.doubles) AS doubles
FROM turns AS t
LEFT JOIN created_records AS c
    ON c.object = 'contact'
    AND c.record_id = t.contact_id
WHERE t.d IS NOT NULL
GROUP BY
    t.d,
    coalesce(c.origin, 'ui')
