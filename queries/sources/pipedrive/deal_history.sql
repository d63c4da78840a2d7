-- What does the change log say of each deal, and when? A row is one new value of one field; the others are those of the rows before it.
-- A stage is a number there, whose name the list of stages tells, or the log itself; who changed it is one too, which the list of users names.
-- What no row says yet, the first snapshot of the deal does. A deal that is won or lost has the day of that as its close date.
WITH stages AS (
    SELECT
        "id" AS id,
        first_value("name" ORDER BY first_seen DESC) AS name
    FROM landing.pipedrive_stages
    GROUP BY "id"
),
users AS (
    SELECT
        "id" AS id,
        first_value(trim("name") ORDER BY first_seen DESC) AS name
    FROM landing.pipedrive_users
    GROUP BY "id"
),
firsts AS (
    SELECT
        coalesce("id", _key) AS opp_id,
        first_value("value" ORDER BY first_seen) AS amount,
        first_value("expected_close_date" ORDER BY first_seen) AS close_date
    FROM landing.pipedrive_deals
    GROUP BY coalesce("id", _key)
),
changes AS (
    SELECT
        c._key AS history_id,
        coalesce(c."item_id", c."deal_id") AS opp_id,
        c."change_time" AS ts,
        coalesce(u.name, c."user") AS user_id,
        CASE
            WHEN c."changed_field_key" = 'stage_id' THEN coalesce(s.name, c."new_value_formatted", c."new_value")
            WHEN c."changed_field_key" = 'status' AND lower(c."new_value") = 'won' THEN 'Won'
            WHEN c."changed_field_key" = 'status' AND lower(c."new_value") = 'lost' THEN 'Lost'
            WHEN c."changed_field_key" = 'lost_reason' AND c."new_value" IS NOT NULL THEN 'Lost'
        END AS stage,
        CASE WHEN c."changed_field_key" = 'value' THEN TRY_CAST(c."new_value" AS DECIMAL(18, 4)) END AS amount,
        CASE WHEN c."changed_field_key" = 'expected_close_date' THEN TRY_CAST(c."new_value" AS DATE) END AS close_date
    FROM landing.pipedrive_deal_changes AS c
    LEFT JOIN stages AS s
        ON s.id = c."new_value"
    LEFT JOIN users AS u
        ON u.id = c."user"
    WHERE coalesce(c."object", 'dealChange') IN ('dealChange', 'deal')
        AND c."changed_field_key" IN ('add_time', 'stage_id', 'status', 'lost_reason', 'value', 'expected_close_date')
),
carried AS (
    SELECT
        history_id,
        opp_id,
        ts,
        user_id,
        last_value(stage) IGNORE NULLS OVER so_far AS stage,
        last_value(amount) IGNORE NULLS OVER so_far AS amount,
        last_value(close_date) IGNORE NULLS OVER so_far AS close_date,
        last_value(CASE WHEN stage IN ('Won', 'Lost') THEN local_date(ts, project_zone()) END) IGNORE NULLS OVER so_far AS closed_on
    FROM changes
    WINDOW so_far AS (PARTITION BY opp_id ORDER BY ts, history_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT
    'pipedrive' AS source,
    c.history_id,
    c.opp_id,
    c.ts,
    c.user_id,
    c.stage,
    coalesce(c.amount, f.amount) AS amount,
    CASE WHEN c.stage IN ('Won', 'Lost') THEN c.closed_on ELSE coalesce(c.close_date, f.close_date) END AS close_date,
    'log' AS method
FROM carried AS c
LEFT JOIN firsts AS f
    ON f.opp_id = c.opp_id
WHERE c.stage IS NOT NULL
