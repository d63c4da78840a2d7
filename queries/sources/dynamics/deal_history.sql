-- When did an opportunity move to which stage, by the audit? Only where changes of its stage are audited; else comparing snapshots tells.
-- A row is one new value of one field, with the value before: what a field was before its first change it was from its birth on. A closure
-- ends the last open stage, and "Won" or "Lost" holds until the state is open again. Numbers of choices are told by their labels, else by
-- what opportunities have beside them.
WITH labels AS (
    SELECT
        attributename,
        attributevalue,
        coalesce(min(value), min(beside)) AS label
    FROM (
        SELECT attributename, attributevalue, value, CAST(NULL AS TEXT) AS beside
        FROM landing.dynamics_stringmap
        WHERE lower(objecttypecode) IN ('opportunity', '3')
        UNION ALL
        SELECT 'salesstage' AS attributename, "salesstage" AS attributevalue, CAST(NULL AS TEXT) AS value, "salesstagename" AS beside
        FROM landing.dynamics_opportunity
        WHERE "salesstagename" IS NOT NULL
    )
    GROUP BY
        attributename,
        attributevalue
),
topics AS (
    SELECT
        lower(trim("name")) AS topic,
        min("opportunityid") AS opp_id
    FROM landing.dynamics_opportunity
    GROUP BY lower(trim("name"))
    HAVING count(DISTINCT "opportunityid") = 1
),
audited AS (
    SELECT
        coalesce(a."auditid", a._key) AS history_id,
        coalesce(a."objectid", t.opp_id) AS opp_id,
        a."createdon" AS ts,
        coalesce(a."userid", trim(a."user")) AS user_id,
        CASE
            WHEN lower(a."attributename") IN ('stepname', 'salesstage', 'sales stage', 'pipeline phase', 'stage', 'active stage') THEN 'stage'
            WHEN lower(a."attributename") IN ('statecode', 'status') THEN 'state'
            WHEN lower(a."attributename") IN ('estimatedvalue', 'est. revenue') THEN 'amount'
            WHEN lower(a."attributename") IN ('estimatedclosedate', 'est. close date') THEN 'close_date'
        END AS field,
        coalesce(o.label, a."oldvalue") AS before,
        coalesce(n.label, a."newvalue") AS after
    FROM landing.dynamics_audit AS a
    LEFT JOIN topics AS t
        ON t.topic = lower(trim(a."objectname"))
    LEFT JOIN labels AS o
        ON o.attributename = lower(a."attributename")
        AND o.attributevalue = a."oldvalue"
    LEFT JOIN labels AS n
        ON n.attributename = lower(a."attributename")
        AND n.attributevalue = a."newvalue"
    WHERE coalesce(lower(a."objecttypecode"), '') IN ('opportunity', '3')
),
moved AS (
    SELECT DISTINCT opp_id
    FROM audited
    WHERE coalesce(field, '') = 'stage'
        AND opp_id IS NOT NULL
),
deals AS (
    SELECT
        d."opportunityid" AS opp_id,
        min(d."createdon") AS created_ts,
        first_value(trim(d."createdby") ORDER BY d.first_seen) AS created_by,
        first_value(d."estimatedvalue" ORDER BY d.first_seen) AS amount,
        first_value(d."estimatedclosedate" ORDER BY d.first_seen) AS close_date,
        first_value(
            lower(
                coalesce(
                    c.label,
                    d."statecode",
                    CASE d."statuscode"
                        WHEN '1' THEN 'open'
                        WHEN '2' THEN 'open'
                        WHEN '3' THEN 'won'
                        WHEN '4' THEN 'lost'
                        WHEN '5' THEN 'lost'
                        ELSE d."statuscode"
                    END,
                    'open'
                )
            )
            ORDER BY d.first_seen DESC
        ) AS state,
        first_value(d."actualclosedate" ORDER BY d.first_seen DESC) AS closed_on
    FROM landing.dynamics_opportunity AS d
    LEFT JOIN labels AS c
        ON c.attributename = 'statecode'
        AND c.attributevalue = d."statecode"
    GROUP BY d."opportunityid"
),
closures AS (
    SELECT
        c."activityid" AS history_id,
        c."opportunityid" AS opp_id,
        c."actualend" AS ts,
        CASE
            WHEN lower(c."opportunitystatecode") IN ('won', '1') OR lower(c."statuscode") = 'won' THEN 'won'
            WHEN lower(c."opportunitystatecode") IN ('lost', '2') OR lower(c."statuscode") = 'lost' THEN 'lost'
            WHEN c."actualend" = max(c."actualend") OVER (PARTITION BY c."opportunityid") AND d.state IN ('won', '1', 'lost', '2') THEN d.state
            WHEN c."actualrevenue" > 0 THEN 'won'
            ELSE 'lost'
        END AS state
    FROM landing.dynamics_opportunityclose AS c
    LEFT JOIN deals AS d
        ON d.opp_id = c."opportunityid"
),
changes AS (
    SELECT
        history_id,
        opp_id,
        ts,
        user_id,
        field,
        before,
        after
    FROM audited
    WHERE field IS NOT NULL
    UNION ALL
    SELECT
        history_id,
        opp_id,
        ts,
        CAST(NULL AS TEXT) AS user_id,
        'state' AS field,
        CAST(NULL AS TEXT) AS before,
        state AS after
    FROM closures
),
firsts AS (
    SELECT
        opp_id,
        min(ts) AS ts,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'stage') AS stage,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'amount') AS amount,
        first_value(before ORDER BY ts, history_id) FILTER (WHERE field = 'close_date') AS close_date
    FROM changes
    GROUP BY opp_id
),
rows AS (
    SELECT
        m.opp_id AS history_id,
        m.opp_id,
        coalesce(d.created_ts, f.ts) AS ts,
        d.created_by AS user_id,
        f.stage,
        'open' AS state,
        coalesce(f.amount, CAST(d.amount AS TEXT)) AS amount,
        coalesce(f.close_date, CAST(d.close_date AS TEXT)) AS close_date
    FROM moved AS m
    JOIN firsts AS f
        ON f.opp_id = m.opp_id
    LEFT JOIN deals AS d
        ON d.opp_id = m.opp_id
    UNION ALL
    SELECT
        c.history_id,
        c.opp_id,
        c.ts,
        c.user_id,
        CASE WHEN c.field = 'stage' THEN c.after END AS stage,
        CASE WHEN c.field = 'state' THEN lower(c.after) END AS state,
        CASE WHEN c.field = 'amount' THEN c.after END AS amount,
        CASE WHEN c.field = 'close_date' THEN c.after END AS close_date
    FROM changes AS c
    JOIN moved AS m
        ON m.opp_id = c.opp_id
    UNION ALL
    -- Closed, and nothing says when but the record's own day.
    SELECT
        concat(d.opp_id, ' ~') AS history_id,
        d.opp_id,
        greatest(start_of_day(d.closed_on, project_zone()), l.ts) AS ts,
        CAST(NULL AS TEXT) AS user_id,
        CAST(NULL AS TEXT) AS stage,
        d.state,
        CAST(NULL AS TEXT) AS amount,
        CAST(NULL AS TEXT) AS close_date
    FROM deals AS d
    JOIN (
        SELECT
            opp_id,
            max(ts) AS ts,
            bool_or(field = 'state' AND lower(after) IN ('won', '1', 'lost', '2')) AS is_told
        FROM changes
        GROUP BY opp_id
    ) AS l
        ON l.opp_id = d.opp_id
    JOIN moved AS m
        ON m.opp_id = d.opp_id
    WHERE d.state IN ('won', '1', 'lost', '2')
        AND d.closed_on IS NOT NULL
        AND NOT l.is_told
),
carried AS (
    SELECT
        history_id,
        opp_id,
        ts,
        user_id,
        last_value(stage) IGNORE NULLS OVER so_far AS stage,
        last_value(state) IGNORE NULLS OVER so_far AS state,
        last_value(amount) IGNORE NULLS OVER so_far AS amount,
        last_value(close_date) IGNORE NULLS OVER so_far AS close_date
    FROM rows
    WINDOW so_far AS (PARTITION BY opp_id ORDER BY ts, history_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT
    'dynamics' AS source,
    c.history_id,
    c.opp_id,
    c.ts,
    c.user_id,
    CASE
        WHEN c.state IN ('won', '1') THEN 'Won'
        WHEN c.state IN ('lost', '2') THEN 'Lost'
        ELSE coalesce(c.stage, '(none)')
    END AS stage,
    CASE
        WHEN c.state IN ('won', '1', 'lost', '2') THEN coalesce(v.amount, TRY_CAST(replace(c.amount, ',', '') AS DECIMAL(18, 4)))
        ELSE TRY_CAST(replace(c.amount, ',', '') AS DECIMAL(18, 4))
    END AS amount,
    CASE
        WHEN c.state IN ('won', '1', 'lost', '2') THEN coalesce(v.closed_on, local_date(c.ts, project_zone()))
        ELSE TRY_CAST(substr(c.close_date, 1, 10) AS DATE)
    END AS close_date,
    'log' AS method
FROM carried AS c
LEFT JOIN (
    SELECT
        "opportunityid" AS opp_id,
        first_value("actualvalue" ORDER BY first_seen DESC) AS amount,
        first_value("actualclosedate" ORDER BY first_seen DESC) AS closed_on
    FROM landing.dynamics_opportunity
    GROUP BY "opportunityid"
) AS v
    ON v.opp_id = c.opp_id
