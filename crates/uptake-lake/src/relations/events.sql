-- Every event once, as the newest snapshot told it. Events are never gone.
-- `physical`: a landing table as written. `journaled`: its rows of loads that ended.
-- `several`: the hashes of keys that were told more than once, or not in full. Nearly all are told once, and these pass as they are: millions of rows that
-- nobody need compare.
WITH told AS (
    SELECT
        j._key,
        -- Files have no order: where two of one day differ, the newest stamp holds, then whichever, but always the same.
        first_value(j._content ORDER BY j._snapshot DESC, j._stamp DESC NULLS LAST, j._content) AS content,
        min(j._snapshot) AS first_seen,
        max(j._snapshot) AS last_seen
    FROM several AS s
    RIGHT SEMI JOIN journaled AS j
        ON s.hash = hash64(j._key)
    WHERE j._content IS NOT NULL
    GROUP BY j._key
),
full_rows AS (
    SELECT
        p.*,
        row_number() OVER (PARTITION BY p._key, p._content ORDER BY p._snapshot, p._file, p._line) AS nth
    FROM several AS s
    RIGHT SEMI JOIN physical AS p
        ON s.hash = hash64(p._key)
    WHERE p._full
)
SELECT
    j.* EXCLUDE (_content, _snapshot, _full, _load, _stamp),
    j._snapshot AS first_seen,
    j._snapshot AS last_seen,
    CAST(NULL AS DATE) AS next_seen,
    false AS gone
FROM several AS s
RIGHT ANTI JOIN journaled AS j
    ON s.hash = hash64(j._key)
WHERE j._content IS NOT NULL
UNION ALL
SELECT
    f.* EXCLUDE (_content, _snapshot, _full, _load, _stamp, nth),
    t.first_seen,
    t.last_seen,
    CAST(NULL AS DATE) AS next_seen,
    false AS gone
FROM told AS t
JOIN full_rows AS f
    ON f._key = t._key
    AND f._content = t.content
    AND f.nth = 1
