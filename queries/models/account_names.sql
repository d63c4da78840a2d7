-- What was a client firm called on a date? One row for each stretch of snapshots with one name; the first holds for all the time before.
WITH compared AS (
    SELECT
        source,
        account_id,
        name,
        first_seen,
        row_number() OVER (PARTITION BY source, account_id ORDER BY first_seen) AS version,
        lag(name) OVER (PARTITION BY source, account_id ORDER BY first_seen) AS previous_name
    FROM accounts
)
SELECT
    source,
    account_id,
    name,
    CASE WHEN version = 1 THEN DATE '1900-01-01' ELSE first_seen END AS valid_from,
    lead(first_seen) OVER (PARTITION BY source, account_id ORDER BY first_seen) AS valid_to
FROM compared
WHERE version = 1
    OR name IS DISTINCT FROM previous_name
