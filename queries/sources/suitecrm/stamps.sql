-- Who saved which record, by the tracker? What was only looked at is no work on it.
SELECT
    'suitecrm' AS source,
    "module_name" AS object,
    "item_id" AS record_id,
    "user_id" AS user_id,
    "date_modified" AS ts,
    'modified' AS kind,
    'log' AS method
FROM landing.suitecrm_tracker
WHERE lower("action") = 'save'
