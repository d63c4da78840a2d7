-- Which versions did each record have, and from which snapshot to which?
-- `physical`: a landing table as written. `journaled`: its rows of loads that ended. `days`: its snapshots, each with the next complete one after it.
WITH once AS (
    -- Where two parts of one export tell of the same record, the row with the newest system stamp holds.
    SELECT
        _key,
        _snapshot,
        _content,
        row_number() OVER (
            PARTITION BY _key, _snapshot
            ORDER BY _content IS NULL, _stamp DESC NULLS LAST, _file DESC, _line DESC, _content
        ) AS nth
    FROM journaled
),
observed AS (
    SELECT
        _key,
        _snapshot,
        -- A rejected row says that its record is there, not what is in it: the content before goes on.
        coalesce(
            _content,
            last_value(_content) IGNORE NULLS OVER (
                PARTITION BY _key
                ORDER BY _snapshot
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            )
        ) AS content
    FROM once
    WHERE nth = 1
),
compared AS (
    SELECT
        o._key,
        o._snapshot,
        o.content,
        lag(o.content) OVER (PARTITION BY o._key ORDER BY o._snapshot) AS content_before,
        lag(d.next_complete) OVER (PARTITION BY o._key ORDER BY o._snapshot) AS complete_before
    FROM observed AS o
    JOIN days AS d
        ON d.snapshot = o._snapshot
    WHERE o.content IS NOT NULL
),
numbered AS (
    SELECT
        _key,
        _snapshot,
        content,
        -- A run ends where the content changes, or where a complete snapshot in between lacked the key.
        sum(CASE WHEN content_before IS NULL OR content_before <> content OR complete_before < _snapshot THEN 1 ELSE 0 END)
            OVER (PARTITION BY _key ORDER BY _snapshot ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM compared
),
runs AS (
    SELECT
        _key,
        run,
        min(content) AS content,
        min(_snapshot) AS first_seen,
        max(_snapshot) AS last_seen
    FROM numbered
    GROUP BY
        _key,
        run
),
held AS (
    SELECT
        r._key,
        r.content,
        r.first_seen,
        r.last_seen,
        lead(r.first_seen) OVER (PARTITION BY r._key ORDER BY r.first_seen) AS replaced,
        d.next_complete AS missing
    FROM runs AS r
    JOIN days AS d
        ON d.snapshot = r.last_seen
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
    h.first_seen,
    h.last_seen,
    CASE WHEN h.missing < coalesce(h.replaced, DATE '9999-12-31') THEN h.missing ELSE h.replaced END AS next_seen,
    coalesce(h.missing < coalesce(h.replaced, DATE '9999-12-31'), false) AS gone
FROM held AS h
JOIN full_rows AS f
    ON f._key = h._key
    AND f._content = h.content
    AND f.nth = 1
