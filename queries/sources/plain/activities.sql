-- What did people do beside the CRM, by the logs of mail, telephone and calendar? Nobody recorded it: its origin is the capture.
-- Whoever sent, called or invited did it. What it was about, no column here says. A private appointment is nobody's business, one that
-- was cancelled or lies behind its log's last day did not happen.
WITH mails AS (
    SELECT
        coalesce("message_id", _key) AS activity_id,
        min(lower(trim(regexp_match("sender", '[^ <>()]+@[^ <>()]+')[1]))) AS sender,
        min("sent_at") AS ts,
        min(first_seen) AS first_seen,
        max(last_seen) AS last_seen
    FROM landing.plain_mail_log
    GROUP BY coalesce("message_id", _key)
),
captured AS (
    SELECT
        activity_id,
        'email' AS type,
        sender AS person,
        ts,
        ts AS occurred_ts,
        'outbound' AS direction,
        CAST(NULL AS BIGINT) AS duration_s,
        activity_id AS external_message_id,
        first_seen,
        last_seen,
        CAST(NULL AS DATE) AS next_seen,
        false AS gone
    FROM mails
    UNION ALL
    SELECT
        coalesce("call_id", _key) AS activity_id,
        'call' AS type,
        lower(trim(coalesce("user", "caller"))) AS person,
        "started_at" AS ts,
        "started_at" AS occurred_ts,
        CASE WHEN lower("direction") LIKE 'in%' THEN 'inbound' ELSE 'outbound' END AS direction,
        CAST(
            CASE
                WHEN "duration_s" LIKE '%:%:%' THEN
                    3600 * TRY_CAST(split_part("duration_s", ':', 1) AS BIGINT)
                    + 60 * TRY_CAST(split_part("duration_s", ':', 2) AS BIGINT)
                    + TRY_CAST(split_part("duration_s", ':', 3) AS BIGINT)
                ELSE TRY_CAST("duration_s" AS BIGINT)
            END AS BIGINT
        ) AS duration_s,
        CAST(NULL AS TEXT) AS external_message_id,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.plain_call_log
    UNION ALL
    SELECT
        coalesce("event_id", _key) AS activity_id,
        'meeting' AS type,
        lower(trim("organizer")) AS person,
        "starts_at" AS ts,
        CASE WHEN "starts_at" < start_of_day(last_seen + 1, project_zone()) THEN "starts_at" END AS occurred_ts,
        CAST(NULL AS TEXT) AS direction,
        CASE WHEN "ends_at" >= "starts_at" THEN CAST(date_part('epoch', "ends_at") - date_part('epoch', "starts_at") AS BIGINT) END AS duration_s,
        CAST(NULL AS TEXT) AS external_message_id,
        first_seen,
        last_seen,
        next_seen,
        gone
    FROM landing.plain_calendar_log
    WHERE lower(coalesce("is_cancelled", '')) NOT IN ('1', 'true', 'yes')
        AND lower(coalesce("is_private", '')) NOT IN ('1', 'true', 'yes')
)
SELECT
    'plain' AS source,
    activity_id,
    type,
    person AS owner_id,
    person AS created_by,
    ts AS created_ts,
    occurred_ts,
    direction,
    duration_s,
    external_message_id,
    'auto_capture' AS origin,
    false AS is_series,
    false AS is_copy,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM captured
