-- What did each snapshot say of each deal? A won or lost deal keeps the stage it was closed in; here it stands in a stage of its own,
-- "Won" or "Lost", so that a stage is open or closed. Its close date is the day it was won or lost, else the expected one.
-- A status is a word in the language of the user; one in a language that is not known here is won or lost by the time of that, else open.
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
        coalesce(d."id", d._key) AS _opp_id,
        coalesce(d."org_id", o.id, d."org_name") AS _account_id,
        coalesce(trim(d."owner"), u.name, d."user_id") AS _owner_id,
        coalesce(d."stage", s.name, d."stage_id") AS _stage,
        CASE
            WHEN lower(trim(d."status")) IN (
                'open', 'otevřeno', 'offen', 'en cours', 'ouvert', 'ouverte', 'abierto', 'abierta', 'aberto', 'aberta', 'aperto', 'aperta', 'otwarta', 'otwarty', 'öppen', 'åpen', 'åben'
            ) THEN 'open'
            WHEN lower(trim(d."status")) IN (
                'won', 'vyhráno', 'gewonnen', 'gagné', 'gagnée', 'ganado', 'ganada', 'ganho', 'ganha', 'vinto', 'vinta'
            ) THEN 'won'
            WHEN lower(trim(d."status")) IN (
                'lost', 'prohráno', 'verloren', 'perdu', 'perdue', 'perdido', 'perdida', 'perso', 'persa'
            ) THEN 'lost'
            WHEN lower(trim(d."status")) IN (
                'deleted', 'smazáno', 'gelöscht', 'supprimé', 'supprimée', 'eliminado', 'eliminada', 'excluído', 'excluída', 'eliminato', 'eliminata', 'verwijderd'
            ) THEN 'deleted'
            WHEN d."won_time" >= coalesce(d."lost_time", d."won_time") THEN 'won'
            WHEN d."lost_time" IS NOT NULL THEN 'lost'
            ELSE 'open'
        END AS _word,
        TRY_CAST(replace(d."probability", '%', '') AS DOUBLE) AS _likelihood
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
    _opp_id AS opp_id,
    _account_id AS account_id,
    _owner_id AS owner_id,
    "title" AS name,
    CASE _word
        WHEN 'won' THEN 'Won'
        WHEN 'lost' THEN 'Lost'
        ELSE regexp_replace(_stage, ' \([^()]*\)$', '')
    END AS stage,
    "value" AS amount,
    upper("currency") AS currency,
    CASE
        WHEN _word = 'won' THEN CAST(1 AS DECIMAL(18, 4))
        WHEN _word = 'lost' THEN CAST(0 AS DECIMAL(18, 4))
        ELSE CAST(_likelihood / 100 AS DECIMAL(18, 4))
    END AS probability,
    coalesce(
        local_date(
            CASE _word
                WHEN 'won' THEN coalesce("won_time", "close_time")
                WHEN 'lost' THEN coalesce("lost_time", "close_time")
            END,
            project_zone()
        ),
        "expected_close_date"
    ) AS close_date,
    _word IN ('won', 'lost') AS is_closed,
    _word = 'won' AS is_won,
    coalesce(
        "add_time",
        start_of_day(
            least(
                min(first_seen) OVER (PARTITION BY _opp_id),
                local_date(coalesce("won_time", "lost_time", "close_time"), project_zone())
            ),
            project_zone()
        )
    ) AS created_ts,
    trim("creator") AS created_by,
    CASE _word
        WHEN 'won' THEN coalesce("won_time", "close_time")
        WHEN 'lost' THEN coalesce("lost_time", "close_time")
        ELSE "stage_change_time"
    END AS last_stage_change_ts,
    _word = 'deleted' AS is_deleted,
    CASE WHEN _word = 'deleted' THEN "update_time" END AS deleted_ts,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM read
