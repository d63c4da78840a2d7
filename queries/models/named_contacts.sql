-- What was a contact on a date, and what was their firm called then?
SELECT
    c.* EXCLUDE (valid_from, valid_to),
    a.name AS company,
    greatest(c.valid_from, a.valid_from) AS valid_from,
    least(c.valid_to, a.valid_to) AS valid_to
FROM contact_history AS c
LEFT JOIN account_names AS a
    ON a.source = c.source
    AND a.account_id = c.account_id
    AND (a.valid_to IS NULL OR c.valid_from < a.valid_to)
    AND (c.valid_to IS NULL OR a.valid_from < c.valid_to)
