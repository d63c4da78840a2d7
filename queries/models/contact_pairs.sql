-- stored
-- Which two contacts are one person, and from when to when? Compared are those that share an e-mail, a phone, the words of their
-- name and the firm, or name and postcode. They are one where their names are alike by 85 %, or where they share an e-mail and
-- are alike by half or lack a name; unless somebody found them to be two.
WITH found_by AS (
    SELECT
        *,
        unnest(
            make_array(
                'e ' || email,
                'p ' || phone,
                'p ' || mobile,
                'c ' || array_to_string(array_sort(string_to_array(nullif(name, ''), ' ')), ' ') || ' ' || company,
                'z ' || nullif(name, '') || ' ' || postcode
            )
        ) AS block
    FROM contact_keys
),
met AS (
    SELECT
        a.contact_id,
        a.created_on,
        b.contact_id AS other_id,
        b.created_on AS other_created_on,
        a.email = b.email AS has_one_email,
        a.lacks_name OR b.lacks_name AS lacks_name,
        a.name,
        b.name AS other_name,
        greatest(a.valid_from, b.valid_from) AS valid_from,
        least(a.valid_to, b.valid_to) AS valid_to
    FROM found_by AS a
    JOIN found_by AS b
        ON b.block = a.block
        AND b.contact_id > a.contact_id
        AND (a.valid_to IS NULL OR b.valid_from < a.valid_to)
        AND (b.valid_to IS NULL OR a.valid_from < b.valid_to)
),
scored AS (
    SELECT
        *,
        levenshtein(name, other_name) AS distance,
        greatest(length(name), length(other_name)) AS longer
    FROM met
)
SELECT DISTINCT
    s.contact_id,
    s.created_on,
    s.other_id,
    s.other_created_on,
    s.valid_from,
    s.valid_to
FROM scored AS s
LEFT JOIN not_duplicates AS n
    ON least(n.contact_id, n.other_id) = s.contact_id
    AND greatest(n.contact_id, n.other_id) = s.other_id
WHERE n.contact_id IS NULL
    AND (
        (s.longer > 0 AND 100 * s.distance <= 15 * s.longer)
        OR (s.has_one_email AND (s.lacks_name OR 2 * s.distance <= s.longer))
    )
