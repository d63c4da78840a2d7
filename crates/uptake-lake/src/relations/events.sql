-- Every event once, as the newest snapshot told it. Events are never gone.
SELECT
    * EXCLUDE (_content, _snapshot, _full, _load, nth),
    CAST(NULL AS DATE) AS next_seen,
    false AS gone
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY _key ORDER BY _snapshot DESC, _file DESC, _line DESC) AS nth,
        min(_snapshot) OVER (PARTITION BY _key) AS first_seen,
        max(_snapshot) OVER (PARTITION BY _key) AS last_seen
    FROM physical
    WHERE _full
) AS told
WHERE nth = 1
