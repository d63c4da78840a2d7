-- What did each list say of each ticket? Who solved it when, its own column says, else the last change of its status to solved.
-- A number of an assignee is told by the list of the help desk's people, where that was loaded too. Nobody of the CRM made it.
WITH people AS (
    SELECT
        "id" AS id,
        first_value(lower(trim(coalesce("email", "name"))) ORDER BY first_seen DESC) AS name
    FROM landing.plain_ticket_people
    GROUP BY "id"
),
solved AS (
    SELECT
        "ticket_id" AS ticket_id,
        max("updated") AS ts
    FROM landing.plain_ticket_changes
    WHERE lower("field_name") = 'status'
        AND lower("value") = 'solved'
    GROUP BY "ticket_id"
)
SELECT
    'plain' AS source,
    t."ticket_id" AS case_id,
    coalesce(nullif(trim(t."account"), ''), t."organization_id") AS account_id,
    coalesce(lower(trim(t."assignee_email")), p.name, lower(trim(t."assignee")), t."assignee_id") AS owner_id,
    t."type" AS case_type,
    t."status" AS status,
    t."priority" AS priority,
    t."via_channel" AS channel,
    lower(trim(t."status")) IN ('solved', 'closed', 'resolved', 'done') AS is_closed,
    CASE WHEN lower(trim(t."status")) IN ('solved', 'closed', 'resolved', 'done') THEN coalesce(t."solved_at", s.ts) END AS closed_ts,
    'api' AS origin,
    t."created_at" AS created_ts,
    lower(trim(t."status")) = 'deleted' AS is_deleted,
    CASE WHEN lower(trim(t."status")) = 'deleted' THEN t."updated_at" END AS deleted_ts,
    t.first_seen,
    t.last_seen,
    t.next_seen,
    coalesce(t.gone, false) AS gone
FROM landing.plain_tickets AS t
LEFT JOIN people AS p
    ON p.id = t."assignee_id"
LEFT JOIN solved AS s
    ON s.ticket_id = t."ticket_id"
