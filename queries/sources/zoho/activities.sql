-- What did each snapshot say of each task, event and call, and did it happen?
-- A task happens when it is closed, on its due date where the export does not say when; an event and a call at their hour, unless that
-- lies behind their snapshot.
WITH deals AS (
    SELECT DISTINCT "Record_Id" AS id
    FROM landing.zoho_deals
),
accounts AS (
    SELECT DISTINCT "Record_Id" AS id
    FROM landing.zoho_accounts
),
cases AS (
    SELECT DISTINCT "Record_Id" AS id
    FROM landing.zoho_cases
),
all_kinds AS (
    SELECT
        coalesce("Record_Id", _key) AS activity_id,
        'task' AS type,
        coalesce("Owner_Id", trim("Owner")) AS owner_id,
        coalesce("Created_By", trim("Created_By_Name")) AS created_by,
        "Created_Time" AS created_ts,
        CASE WHEN lower("Status") = 'completed' THEN "Closed_Time" END AS occurred_ts,
        CASE
            WHEN lower("Status") = 'completed' AND "Closed_Time" IS NULL THEN least("Due_Date", last_seen)
        END AS occurred_on,
        "Due_Date" AS due_date,
        "Closed_Time" AS completed_ts,
        CAST(NULL AS TEXT) AS direction,
        CAST(NULL AS BIGINT) AS duration_s,
        "What_Id" AS what_id,
        "Who_Id" AS who_id,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.zoho_tasks
    UNION ALL
    SELECT
        coalesce("Record_Id", _key) AS activity_id,
        'meeting' AS type,
        coalesce("Owner_Id", trim("Owner")) AS owner_id,
        coalesce("Created_By", trim("Created_By_Name")) AS created_by,
        "Created_Time" AS created_ts,
        CASE WHEN "Start_DateTime" < start_of_day(last_seen + 1, project_zone()) THEN "Start_DateTime" END AS occurred_ts,
        CAST(NULL AS DATE) AS occurred_on,
        local_date("Start_DateTime", project_zone()) AS due_date,
        NULL AS completed_ts,
        CAST(NULL AS TEXT) AS direction,
        CAST(date_part('epoch', "End_DateTime") - date_part('epoch', "Start_DateTime") AS BIGINT) AS duration_s,
        "What_Id" AS what_id,
        "Who_Id" AS who_id,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.zoho_events
    UNION ALL
    SELECT
        coalesce("Record_Id", _key) AS activity_id,
        'call' AS type,
        coalesce("Owner_Id", trim("Owner")) AS owner_id,
        coalesce("Created_By", trim("Created_By_Name")) AS created_by,
        "Created_Time" AS created_ts,
        CASE WHEN "Call_Start_Time" < start_of_day(last_seen + 1, project_zone()) THEN "Call_Start_Time" END AS occurred_ts,
        CAST(NULL AS DATE) AS occurred_on,
        local_date("Call_Start_Time", project_zone()) AS due_date,
        NULL AS completed_ts,
        lower("Call_Type") AS direction,
        coalesce(
            TRY_CAST("Call_Duration_in_seconds" AS BIGINT),
            CASE
                WHEN "Call_Duration" LIKE '%:%' THEN
                    60 * TRY_CAST(split_part("Call_Duration", ':', 1) AS BIGINT) + TRY_CAST(split_part("Call_Duration", ':', 2) AS BIGINT)
            END
        ) AS duration_s,
        "What_Id" AS what_id,
        "Who_Id" AS who_id,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.zoho_calls
)
SELECT
    'zoho' AS source,
    a.activity_id,
    a.type,
    a.owner_id,
    a.created_by,
    a.created_ts,
    a.occurred_ts,
    a.occurred_on,
    a.due_date,
    a.completed_ts,
    a.direction,
    a.duration_s,
    a.who_id AS contact_id,
    c.id AS account_id,
    d.id AS opp_id,
    s.id AS case_id,
    false AS is_series,
    false AS is_copy,
    false AS is_deleted,
    a.first_seen,
    a.last_seen,
    a.next_seen,
    coalesce(a.gone, false) AS gone
FROM all_kinds AS a
LEFT JOIN deals AS d
    ON d.id = a.what_id
LEFT JOIN accounts AS c
    ON c.id = a.what_id
LEFT JOIN cases AS s
    ON s.id = a.what_id
