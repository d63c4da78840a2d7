-- Which keys were told more than once, or not in full? Of `journaled`, as in events.sql; two keys of one hash are taken for one told twice.
SELECT hash64(_key) AS hash
FROM journaled
GROUP BY hash64(_key)
HAVING count(*) > 1
    OR NOT bool_and(_full)
