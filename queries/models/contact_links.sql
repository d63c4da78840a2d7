-- stored
-- Which two contacts were one on a stretch of days on which nothing changed around them? The pairs, cut at every date on which a pair
-- begins or ends that they hang together with at any time.
WITH RECURSIVE ways AS (
    SELECT
        CASE WHEN way.back THEN p.other_id ELSE p.contact_id END AS contact_id,
        CASE WHEN way.back THEN p.contact_id ELSE p.other_id END AS other_id
    FROM contact_pairs AS p
    CROSS JOIN (VALUES (false), (true)) AS way (back)
),
reached AS (
    SELECT
        contact_id,
        least(contact_id, other_id) AS label
    FROM ways
    UNION
    SELECT
        w.other_id AS contact_id,
        r.label
    FROM reached AS r
    JOIN ways AS w
        ON w.contact_id = r.contact_id
    WHERE r.label < w.other_id
),
parties AS (
    SELECT
        contact_id,
        min(label) AS party
    FROM reached
    GROUP BY contact_id
),
pairs AS (
    SELECT
        y.party,
        p.*
    FROM contact_pairs AS p
    JOIN parties AS y
        ON y.contact_id = p.contact_id
),
cuts AS (
    SELECT DISTINCT
        party,
        unnest(make_array(valid_from, valid_to)) AS d
    FROM pairs
),
stretches AS (
    SELECT
        party,
        d AS valid_from,
        lead(d) OVER (PARTITION BY party ORDER BY d) AS valid_to
    FROM cuts
    WHERE d IS NOT NULL
)
SELECT DISTINCT
    p.contact_id,
    p.created_on,
    p.other_id,
    p.other_created_on,
    s.valid_from,
    s.valid_to
FROM stretches AS s
JOIN pairs AS p
    ON p.party = s.party
    AND p.valid_from <= s.valid_from
    AND (p.valid_to IS NULL OR s.valid_from < p.valid_to)
