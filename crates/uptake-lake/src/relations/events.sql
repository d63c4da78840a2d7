-- Every event once, as the newest snapshot told it. Events are never gone.
-- `physical`: a landing table as written. `journaled`: its rows of loads that ended.
WITH told AS (
    SELECT
        _key,
        _content,
        -- Files have no order: where two of one day differ, the newest stamp holds, then whichever, but always the same.
        row_number() OVER (PARTITION BY _key ORDER BY _snapshot DESC, _stamp DESC NULLS LAST, _content) AS nth,
        min(_snapshot) OVER (PARTITION BY _key) AS first_seen,
        max(_snapshot) OVER (PARTITION BY _key) AS last_seen
    FROM journaled
    WHERE _content IS NOT NULL
),
full_rows AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY _key, _content ORDER BY _snapshot, _file, _line) AS nth
    FROM physical
    WHERE _full
)
SELECT
    f.* EXCLUDE (_content, _snapshot, _full, _load, _stamp, nth),
    t.first_seen,
    t.last_seen,
    CAST(NULL AS DATE) AS next_seen,
    false AS gone
FROM told AS t
JOIN full_rows AS f
    ON f._key = t._key
    AND f._content = t._content
    AND f.nth = 1
WHERE t.nth = 1
