-- stored
-- Which contacts were one person, from when to when? One row for each contact and stretch in which it had a double; the cluster is
-- called by its first contact, by day of creation and id.
WITH RECURSIVE ways AS (
    SELECT
        l.valid_from,
        l.valid_to,
        CASE WHEN way.back THEN l.other_id ELSE l.contact_id END AS contact_id,
        CASE WHEN way.back THEN l.contact_id ELSE l.other_id END AS other_id,
        CASE WHEN way.back THEN l.created_on ELSE l.other_created_on END AS other_created_on,
        least(concat(l.created_on, ' ', l.contact_id), concat(l.other_created_on, ' ', l.other_id)) AS label
    FROM contact_links AS l
    CROSS JOIN (VALUES (false), (true)) AS way (back)
),
reached AS (
    SELECT
        valid_from,
        valid_to,
        contact_id,
        label
    FROM ways
    UNION
    SELECT
        r.valid_from,
        r.valid_to,
        w.other_id AS contact_id,
        r.label
    FROM reached AS r
    JOIN ways AS w
        ON w.contact_id = r.contact_id
        AND w.valid_from = r.valid_from
    WHERE r.label < concat(w.other_created_on, ' ', w.other_id)
)
SELECT
    contact_id,
    substr(min(label), 12) AS cluster_id,
    valid_from,
    valid_to
FROM reached
GROUP BY
    contact_id,
    valid_from,
    valid_to
