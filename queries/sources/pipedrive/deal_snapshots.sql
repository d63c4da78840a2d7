-- What did each snapshot say of each deal? A won or lost deal keeps the stage it was closed in; here it stands in a stage of its own,
-- "Won" or "Lost", so that a stage is open or closed. Its close date is the day it was won or lost, else the expected one.
-- Through the API stages and owners are numbers, which the lists of stages and users name.
-- Its organisation is told by its name, where the view has no id: a name that only one has.
WITH organizations AS (
    SELECT
        "name" AS name,
        min("id") AS id
    FROM landing.pipedrive_organizations
    GROUP BY "name"
    HAVING count(DISTINCT "id") = 1
),
stages AS (
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
read AS (
    SELECT
        d.*,
        coalesce(d."id", d._key) AS opp_id,
        coalesce(d."org_id", o.id, d."org_name") AS account_id,
        coalesce(trim(d."owner"), u.name, d."user_id") AS owner_id,
        coalesce(d."stage", s.name, d."stage_id") AS stage_name,
        CASE
            WHEN lower("status") IN ('won', 'vyhráno', 'gewonnen', 'gagné', 'ganado') THEN 'won'
            WHEN lower("status") IN ('lost', 'prohráno', 'verloren', 'perdu', 'perdido') THEN 'lost'
            WHEN "status" IS NULL AND "won_time" IS NOT NULL THEN 'won'
            WHEN "status" IS NULL AND "lost_time" IS NOT NULL THEN 'lost'
            WHEN lower("status") IN ('deleted', 'smazáno') THEN 'deleted'
            ELSE 'open'
        END AS word,
        TRY_CAST(replace("probability", '%', '') AS DOUBLE) AS likelihood
    FROM landing.pipedrive_deals AS d
    LEFT JOIN organizations AS o
        ON o.name = d."org_name"
    LEFT JOIN stages AS s
        ON s.id = d."stage_id"
    LEFT JOIN users AS u
        ON u.id = d."user_id"
)
SELECT
    'pipedrive' AS source,
    opp_id,
    account_id,
    owner_id,
    "title" AS name,
    CASE word
        WHEN 'won' THEN 'Won'
        WHEN 'lost' THEN 'Lost'
        ELSE regexp_replace(stage_name, ' \([^()]*\)$', '')
    END AS stage,
    "value" AS amount,
    upper("currency") AS currency,
    CASE
        WHEN word = 'won' THEN CAST(1 AS DECIMAL(18, 4))
        WHEN word = 'lost' THEN CAST(0 AS DECIMAL(18, 4))
        ELSE CAST(likelihood / 100 AS DECIMAL(18, 4))
    END AS probability,
    coalesce(
        local_date(
            CASE word
                WHEN 'won' THEN coalesce("won_time", "close_time")
                WHEN 'lost' THEN coalesce("lost_time", "close_time")
            END,
            project_zone()
        ),
        "expected_close_date"
    ) AS close_date,
    word IN ('won', 'lost') AS is_closed,
    word = 'won' AS is_won,
    coalesce(
        "add_time",
        start_of_day(
            least(
                min(first_seen) OVER (PARTITION BY opp_id),
                local_date(coalesce("won_time", "lost_time", "close_time"), project_zone())
            ),
            project_zone()
        )
    ) AS created_ts,
    trim("creator") AS created_by,
    CASE word
        WHEN 'won' THEN coalesce("won_time", "close_time")
        WHEN 'lost' THEN coalesce("lost_time", "close_time")
        ELSE "stage_change_time"
    END AS last_stage_change_ts,
    word = 'deleted' AS is_deleted,
    CASE WHEN word = 'deleted' THEN "update_time" END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM read
