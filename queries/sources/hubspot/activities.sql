-- What did each snapshot say of each call, meeting, task, note and e-mail, and did it happen?
-- All but tasks are logged when they are over, or planned ahead: what lies after its snapshot has not happened. A task happens when
-- it is completed. Who logged it is the person it is assigned to, where the export does not tell.
-- Through the API all kinds are engagements, told apart by their type.
WITH owners AS (
    SELECT
        "owner_id" AS id,
        first_value(
            coalesce(nullif(trim(concat_ws(' ', "first_name", "last_name")), ''), lower(trim("email")))
            ORDER BY first_seen DESC
        ) AS name
    FROM landing.hubspot_owners
    GROUP BY "owner_id"
),
engagements AS (
    SELECT
        e.*,
        CASE
            WHEN upper(e."type") = 'CALL' THEN 'call'
            WHEN upper(e."type") = 'MEETING' OR e."hs_end_time" IS NOT NULL THEN 'meeting'
            WHEN upper(e."type") = 'EMAIL' THEN 'email'
            WHEN upper(e."type") = 'TASK' THEN 'task'
            WHEN upper(e."type") = 'COMMUNICATION' THEN 'social'
            ELSE 'note'
        END AS _kind,
        d.id AS _deal,
        c.id AS _company,
        p.id AS _contact
    FROM landing.hubspot_engagements AS e
    LEFT JOIN (
        SELECT
            "engagement_id" AS engagement_id,
            min("deal_id") AS id
        FROM landing.hubspot_engagement_deals
        GROUP BY "engagement_id"
    ) AS d
        ON d.engagement_id = e."engagement_id"
    LEFT JOIN (
        SELECT
            "engagement_id" AS engagement_id,
            min("company_id") AS id
        FROM landing.hubspot_engagement_companies
        GROUP BY "engagement_id"
    ) AS c
        ON c.engagement_id = e."engagement_id"
    LEFT JOIN (
        SELECT
            "engagement_id" AS engagement_id,
            min("contact_id") AS id
        FROM landing.hubspot_engagement_contacts
        GROUP BY "engagement_id"
    ) AS p
        ON p.engagement_id = e."engagement_id"
    WHERE upper(coalesce(e."hs_meeting_outcome", '')) NOT IN ('CANCELED', 'CANCELLED', 'NO SHOW', 'NO_SHOW')
),
logged AS (
    SELECT
        "hs_object_id" AS activity_id,
        'call' AS type,
        "hubspot_owner_id" AS owner,
        "hs_created_by" AS creator,
        "hs_createdate" AS created_ts,
        "hs_timestamp" AS ts,
        lower("hs_call_direction") AS direction,
        CAST(TRY_CAST("hs_call_duration" AS DOUBLE) / 1000 AS BIGINT) AS duration_s,
        "associated_contact_ids" AS contacts,
        "associated_company_ids" AS companies,
        "associated_deal_ids" AS deals,
        "associated_ticket_ids" AS tickets,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.hubspot_calls
    UNION ALL
    SELECT
        "hs_object_id" AS activity_id,
        'meeting' AS type,
        "hubspot_owner_id" AS owner,
        "hs_created_by" AS creator,
        "hs_createdate" AS created_ts,
        coalesce("hs_meeting_start_time", "hs_timestamp") AS ts,
        NULL AS direction,
        CASE
            WHEN "hs_meeting_end_time" >= "hs_meeting_start_time"
            THEN CAST(date_part('epoch', "hs_meeting_end_time") - date_part('epoch', "hs_meeting_start_time") AS BIGINT)
        END AS duration_s,
        "associated_contact_ids" AS contacts,
        "associated_company_ids" AS companies,
        "associated_deal_ids" AS deals,
        "associated_ticket_ids" AS tickets,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.hubspot_meetings
    WHERE upper(coalesce("hs_meeting_outcome", '')) NOT IN ('CANCELED', 'CANCELLED', 'NO SHOW', 'NO_SHOW')
    UNION ALL
    SELECT
        "hs_object_id" AS activity_id,
        'note' AS type,
        "hubspot_owner_id" AS owner,
        "hs_created_by" AS creator,
        "hs_createdate" AS created_ts,
        "hs_timestamp" AS ts,
        NULL AS direction,
        NULL AS duration_s,
        "associated_contact_ids" AS contacts,
        "associated_company_ids" AS companies,
        "associated_deal_ids" AS deals,
        "associated_ticket_ids" AS tickets,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.hubspot_notes
    UNION ALL
    SELECT
        "hs_object_id" AS activity_id,
        'email' AS type,
        "hubspot_owner_id" AS owner,
        "hs_created_by" AS creator,
        "hs_createdate" AS created_ts,
        "hs_timestamp" AS ts,
        lower("hs_email_direction") AS direction,
        NULL AS duration_s,
        "associated_contact_ids" AS contacts,
        "associated_company_ids" AS companies,
        "associated_deal_ids" AS deals,
        "associated_ticket_ids" AS tickets,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.hubspot_emails
),
all_kinds AS (
    SELECT
        activity_id,
        type,
        owner,
        creator,
        created_ts,
        CASE WHEN ts < start_of_day(last_seen + 1, project_zone()) THEN ts END AS occurred_ts,
        local_date(ts, project_zone()) AS due_date,
        NULL AS completed_ts,
        direction,
        duration_s,
        contacts,
        companies,
        deals,
        tickets,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM logged
    UNION ALL
    SELECT
        "hs_object_id" AS activity_id,
        'task' AS type,
        "hubspot_owner_id" AS owner,
        "hs_created_by" AS creator,
        "hs_createdate" AS created_ts,
        CASE
            WHEN upper("hs_task_status") = 'COMPLETED' THEN coalesce("hs_task_completion_date", "hs_timestamp")
        END AS occurred_ts,
        local_date("hs_timestamp", project_zone()) AS due_date,
        "hs_task_completion_date" AS completed_ts,
        NULL AS direction,
        NULL AS duration_s,
        "associated_contact_ids" AS contacts,
        "associated_company_ids" AS companies,
        "associated_deal_ids" AS deals,
        "associated_ticket_ids" AS tickets,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.hubspot_tasks
    UNION ALL
    SELECT
        e."engagement_id" AS activity_id,
        e._kind AS type,
        coalesce(o.name, e."hubspot_owner_id") AS owner,
        NULL AS creator,
        e."hs_createdate" AS created_ts,
        CASE
            WHEN e._kind = 'task' AND upper(coalesce(e."hs_task_status", '')) <> 'COMPLETED' THEN NULL
            WHEN e."hs_timestamp" < start_of_day(e.last_seen + 1, project_zone()) THEN e."hs_timestamp"
        END AS occurred_ts,
        local_date(e."hs_timestamp", project_zone()) AS due_date,
        NULL AS completed_ts,
        NULL AS direction,
        CASE
            WHEN e."hs_end_time" >= e."hs_timestamp"
            THEN CAST(date_part('epoch', e."hs_end_time") - date_part('epoch', e."hs_timestamp") AS BIGINT)
        END AS duration_s,
        e._contact AS contacts,
        e._company AS companies,
        e._deal AS deals,
        NULL AS tickets,
        e.first_seen,
        e.last_seen,
        e.next_seen,
        e.gone
    FROM engagements AS e
    LEFT JOIN owners AS o
        ON o.id = e."hubspot_owner_id"
)
SELECT
    'hubspot' AS source,
    activity_id,
    type,
    trim(owner) AS owner_id,
    trim(CASE WHEN regexp_like(creator, '[^0-9]') THEN creator ELSE owner END) AS created_by,
    coalesce(created_ts, occurred_ts) AS created_ts,
    occurred_ts,
    due_date,
    completed_ts,
    direction,
    duration_s,
    nullif(split_part(contacts, ';', 1), '') AS contact_id,
    nullif(split_part(companies, ';', 1), '') AS account_id,
    nullif(split_part(deals, ';', 1), '') AS opp_id,
    nullif(split_part(tickets, ';', 1), '') AS case_id,
    false AS is_series,
    false AS is_copy,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM all_kinds
