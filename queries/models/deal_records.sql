-- stored
-- Whose deal was it, in which currency, and was it there? Snapshots only can tell.
-- A snapshot holds from 00:00 of its date in the project's zone; the first one also for all the time before.
-- A deal is gone where the record is deleted, or missing from a later complete snapshot.
WITH versions AS (
    SELECT
        opp_id,
        account_id,
        owner_id,
        currency,
        created_ts,
        created_by,
        is_deleted,
        gone,
        start_of_day(first_seen, project_zone()) AS seen_ts,
        start_of_day(next_seen, project_zone()) AS unseen_ts,
        start_of_day(lead(first_seen) OVER (PARTITION BY opp_id ORDER BY first_seen), project_zone()) AS next_ts,
        row_number() OVER (PARTITION BY opp_id ORDER BY first_seen) AS version
    FROM deal_snapshots
)
SELECT
    opp_id,
    account_id,
    owner_id,
    currency,
    created_ts,
    created_by,
    false AS is_gone,
    NULL AS valid_from,
    seen_ts AS valid_to
FROM versions
WHERE version = 1
UNION ALL
SELECT
    opp_id,
    account_id,
    owner_id,
    currency,
    created_ts,
    created_by,
    is_deleted AS is_gone,
    seen_ts AS valid_from,
    CASE WHEN gone THEN unseen_ts ELSE next_ts END AS valid_to
FROM versions
UNION ALL
SELECT
    opp_id,
    account_id,
    owner_id,
    currency,
    created_ts,
    created_by,
    true AS is_gone,
    unseen_ts AS valid_from,
    next_ts AS valid_to
FROM versions
WHERE gone
