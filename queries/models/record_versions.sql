-- What did the snapshots say of each contact, account, lead, deal and case: who created it, and is it deleted?
SELECT
    'contact' AS object,
    source,
    contact_id AS record_id,
    origin,
    created_ts,
    created_by,
    is_deleted,
    deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    gone
FROM contacts
UNION ALL
SELECT
    'account' AS object,
    source,
    account_id AS record_id,
    origin,
    created_ts,
    created_by,
    is_deleted,
    deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    gone
FROM accounts
UNION ALL
SELECT
    'lead' AS object,
    source,
    lead_id AS record_id,
    origin,
    created_ts,
    created_by,
    is_deleted,
    deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    gone
FROM leads
UNION ALL
SELECT
    'opportunity' AS object,
    source,
    opp_id AS record_id,
    CAST(NULL AS TEXT) AS origin,
    created_ts,
    created_by,
    is_deleted,
    deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    gone
FROM deal_snapshots
UNION ALL
SELECT
    'case' AS object,
    source,
    case_id AS record_id,
    origin,
    created_ts,
    created_by,
    is_deleted,
    deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    gone
FROM cases
