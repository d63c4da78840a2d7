-- What did each snapshot say of each task and event, and did it happen?
-- An event is a meeting and happens at its hour. A task happens when it is completed; one that is born completed logs what
-- happened on its due date, unless that lies ahead. The row of a recurring series stands for the series.
WITH tasks AS (
    SELECT
        *,
        coalesce("IsClosed", "Status" = 'Completed', false) AS _is_done,
        coalesce("CompletedDateTime" < "CreatedDate" + INTERVAL '60 seconds', true) AS _is_born_done,
        CASE
            WHEN coalesce("CallType", '') <> '' OR "CallDurationInSeconds" > 0 THEN 'call'
            WHEN 'Call' IN ("Type", "TaskSubtype") THEN 'call'
            WHEN "TaskSubtype" = 'Email' OR lower("Subject") LIKE 'email:%' THEN 'email'
            ELSE 'task'
        END AS _type
    FROM landing.salesforce_task
)
SELECT
    'salesforce' AS source,
    "Id" AS activity_id,
    _type AS type,
    "OwnerId" AS owner_id,
    "CreatedById" AS created_by,
    "CreatedDate" AS created_ts,
    CASE
        WHEN NOT _is_done THEN NULL
        WHEN _is_born_done AND "ActivityDate" <= local_date("CreatedDate", project_zone()) THEN NULL
        ELSE coalesce("CompletedDateTime", "CreatedDate")
    END AS occurred_ts,
    CASE
        WHEN _is_done AND _is_born_done AND "ActivityDate" <= local_date("CreatedDate", project_zone()) THEN "ActivityDate"
    END AS occurred_on,
    "ActivityDate" AS due_date,
    "CompletedDateTime" AS completed_ts,
    lower("CallType") AS direction,
    "CallDurationInSeconds" AS duration_s,
    CASE WHEN "WhoId" LIKE '003%' THEN "WhoId" END AS contact_id,
    CASE WHEN "WhoId" LIKE '00Q%' THEN "WhoId" END AS lead_id,
    CASE WHEN "WhatId" LIKE '001%' THEN "WhatId" ELSE "AccountId" END AS account_id,
    CASE WHEN "WhatId" LIKE '006%' THEN "WhatId" END AS opp_id,
    CASE WHEN "WhatId" LIKE '500%' THEN "WhatId" END AS case_id,
    CASE WHEN "IsRecurrence" THEN "Id" ELSE "RecurrenceActivityId" END AS series_id,
    coalesce("IsRecurrence", false) AS is_series,
    false AS is_copy,
    coalesce("IsDeleted", false) AS is_deleted,
    CASE WHEN "IsDeleted" THEN coalesce("SystemModstamp", "LastModifiedDate") END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM tasks
UNION ALL
SELECT
    'salesforce' AS source,
    "Id" AS activity_id,
    'meeting' AS type,
    "OwnerId" AS owner_id,
    "CreatedById" AS created_by,
    "CreatedDate" AS created_ts,
    CASE WHEN NOT coalesce("IsAllDayEvent", false) THEN "ActivityDateTime" END AS occurred_ts,
    CASE WHEN coalesce("IsAllDayEvent", "ActivityDateTime" IS NULL) THEN "ActivityDate" END AS occurred_on,
    "ActivityDate" AS due_date,
    NULL AS completed_ts,
    NULL AS direction,
    60 * "DurationInMinutes" AS duration_s,
    CASE WHEN "WhoId" LIKE '003%' THEN "WhoId" END AS contact_id,
    CASE WHEN "WhoId" LIKE '00Q%' THEN "WhoId" END AS lead_id,
    CASE WHEN "WhatId" LIKE '001%' THEN "WhatId" ELSE "AccountId" END AS account_id,
    CASE WHEN "WhatId" LIKE '006%' THEN "WhatId" END AS opp_id,
    CASE WHEN "WhatId" LIKE '500%' THEN "WhatId" END AS case_id,
    CASE WHEN "IsRecurrence" THEN "Id" ELSE "RecurrenceActivityId" END AS series_id,
    coalesce("IsRecurrence", false) AS is_series,
    coalesce("IsChild", false) AS is_copy,
    coalesce("IsDeleted", false) AS is_deleted,
    CASE WHEN "IsDeleted" THEN coalesce("SystemModstamp", "LastModifiedDate") END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM landing.salesforce_event
