-- stored
-- By how many do the mailable contacts, and those with a broken greeting, grow or shrink on a date? The sum up to a date is their number.
WITH turns AS (
    SELECT
        g.source,
        g.contact_id,
        CASE WHEN step.sign = 1 THEN g.valid_from ELSE g.valid_to END AS d,
        step.sign AS mailable,
        CASE WHEN g.is_broken THEN step.sign ELSE 0 END AS broken
    FROM contact_greetings AS g
    CROSS JOIN (VALUES (1), (-1)) AS step (sign)
)
SELECT
    t.d,
    coalesce(c.origin, 'ui') AS origin,
    sum(t.mailable) AS mailable,
    sum(t.broken) AS broken
FROM turns AS t
LEFT JOIN created_records AS c
    ON c.object = 'contact'
    AND c.source = t.source
    AND c.record_id = t.contact_id
WHERE t.d IS NOT NULL
GROUP BY
    t.d,
    coalesce(c.origin, 'ui')
