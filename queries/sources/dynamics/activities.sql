-- What did each snapshot say of each activity, and did it happen? An appointment happens at its hour, unless that lies behind its
-- snapshot; anything else when it is completed, or sent. A view of one kind of activity does not name the kind: what it has tells it.
-- What it regards is an opportunity or an account by its id, or by a name that only one of its kind has.
WITH records AS (
    SELECT
        coalesce("opportunityid", _key) AS id,
        lower(trim("name")) AS name,
        coalesce("opportunityid", _key) AS opp_id,
        CAST(NULL AS TEXT) AS account_id
    FROM landing.dynamics_opportunity
    UNION ALL
    SELECT
        coalesce("accountid", _key) AS id,
        lower(trim("name")) AS name,
        CAST(NULL AS TEXT) AS opp_id,
        coalesce("accountid", _key) AS account_id
    FROM landing.dynamics_account
),
called AS (
    SELECT id AS word, opp_id, account_id FROM records
    UNION ALL
    SELECT name AS word, opp_id, account_id FROM records
),
words AS (
    SELECT
        word,
        CASE WHEN count(DISTINCT opp_id) = 1 THEN min(opp_id) END AS opp_id,
        CASE WHEN count(DISTINCT account_id) = 1 THEN min(account_id) END AS account_id
    FROM called
    GROUP BY word
),
read AS (
    SELECT
        *,
        lower(coalesce("activitytypecode", '')) AS _word,
        lower(coalesce("statecode", '')) AS _state
    FROM landing.dynamics_activitypointer
),
typed AS (
    SELECT
        *,
        CASE
            WHEN _word IN ('phonecall', 'phone call', '4210') THEN 'call'
            WHEN _word IN ('appointment', '4201', 'meeting', 'recurring appointment') THEN 'meeting'
            WHEN _word IN ('email', 'e-mail', '4202') THEN 'email'
            WHEN _word IN ('task', '4212') THEN 'task'
            WHEN _word IN ('letter', '4207', 'fax', '4204') THEN 'letter'
            WHEN lower(_file) LIKE '%appointment%' OR "organizer" IS NOT NULL THEN 'meeting'
            WHEN lower(_file) LIKE '%email%' THEN 'email'
            WHEN lower(_file) LIKE '%phone%call%' THEN 'call'
            ELSE 'task'
        END AS _type,
        _state IN ('completed', '1', 'sent', 'received') AS _is_done,
        _state IN ('canceled', 'cancelled', '2') AS _is_off
    FROM read
)
SELECT
    'dynamics' AS source,
    coalesce("activityid", _key) AS activity_id,
    _type AS type,
    coalesce("ownerid", trim("owner")) AS owner_id,
    coalesce(trim("createdby"), "ownerid", trim("owner")) AS created_by,
    coalesce("createdon", "scheduledstart", "actualend", "modifiedon") AS created_ts,
    CASE
        WHEN _is_off THEN NULL
        WHEN _type = 'meeting' AND coalesce("actualstart", "scheduledstart") < start_of_day(last_seen + 1, project_zone())
            THEN coalesce("actualstart", "scheduledstart")
        WHEN _type <> 'meeting' AND _is_done THEN coalesce("actualend", "actualstart", "scheduledend", "modifiedon", "createdon")
    END AS occurred_ts,
    local_date(coalesce("scheduledend", "scheduledstart"), project_zone()) AS due_date,
    CASE WHEN _is_done THEN "actualend" END AS completed_ts,
    CASE lower("directioncode")
        WHEN 'true' THEN 'outbound'
        WHEN '1' THEN 'outbound'
        WHEN 'outgoing' THEN 'outbound'
        WHEN 'false' THEN 'inbound'
        WHEN '0' THEN 'inbound'
        WHEN 'incoming' THEN 'inbound'
    END AS direction,
    CAST(60 * TRY_CAST(split_part("actualdurationminutes", ' ', 1) AS DOUBLE) AS BIGINT) AS duration_s,
    w.account_id,
    w.opp_id,
    false AS is_series,
    false AS is_copy,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM typed
LEFT JOIN words AS w
    ON w.word = coalesce("regardingobjectid", lower(trim("regarding")))
