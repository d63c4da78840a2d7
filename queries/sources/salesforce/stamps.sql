-- Who completed which task, when? (Creations and changes are stamps that landing takes from every object.)
-- The first version that shows a completion decides: the last modifier did it where the two stamps lie within a minute,
-- else its owner.
WITH completions AS (
    SELECT
        "Id" AS record_id,
        "CompletedDateTime" AS ts,
        "OwnerId" AS owner_id,
        "LastModifiedById" AS modifier_id,
        "LastModifiedDate" AS modified_ts,
        row_number() OVER (PARTITION BY "Id", "CompletedDateTime" ORDER BY first_seen) AS version
    FROM landing.salesforce_task
    WHERE "CompletedDateTime" IS NOT NULL
)
SELECT
    'salesforce' AS source,
    'Task' AS object,
    record_id,
    CASE
        WHEN modified_ts BETWEEN ts - INTERVAL '60 seconds' AND ts + INTERVAL '60 seconds' THEN modifier_id
        ELSE owner_id
    END AS user_id,
    ts,
    'completed' AS kind,
    'stamp' AS method
FROM completions
WHERE version = 1
