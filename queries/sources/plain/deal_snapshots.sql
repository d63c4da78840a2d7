-- What did each list say of each deal? It is won or lost by its stage's name, and closed on its end date. "Closed won" and "closed lost"
-- say so wherever they stand, "won" and "lost" as the first or the last word: "6 - Closed Won (renewal)", "Lost to a rival". Numbers and
-- what stands between words do not matter. What is "not yet won", or what a competitor won, is open.
WITH read AS (
    SELECT
        *,
        coalesce("deal", "name") AS _title,
        coalesce("id", _key) AS _opp_id,
        concat(' ', trim(regexp_replace(regexp_replace(lower("stage"), '[''’]', '', 'g'), '[\W_0-9]+', ' ', 'g')), ' ') AS _words,
        TRY_CAST(replace("probability", '%', '') AS DOUBLE) AS _likelihood
    FROM landing.plain_pipeline
),
said AS (
    SELECT
        *,
        _words LIKE '% closed won %' OR _words LIKE '% closedwon %' AS _says_won,
        _words LIKE '% closed lost %' OR _words LIKE '% closedlost %' AS _says_lost,
        regexp_like(_words, ' (not|nicht|to be|verbal|verbally|nearly|almost|likely|probably|competitor) ') AS _is_doubtful
    FROM read
),
judged AS (
    SELECT
        *,
        CASE
            WHEN _says_won OR _says_lost THEN _says_won AND NOT _says_lost AND _words NOT LIKE '% not closed%'
            WHEN _words = ' win ' OR _words LIKE ' won %' OR _words LIKE ' gewonnen %'
            THEN NOT regexp_like(_words, ' (lost|verloren) |^ won by .*competitor')
            ELSE NOT _is_doubtful AND (_words LIKE '% won ' OR _words LIKE '% gewonnen ')
        END AS _is_won,
        CASE
            WHEN _says_won OR _says_lost THEN _says_lost AND NOT _says_won AND _words NOT LIKE '% not closed%'
            WHEN _words IN (' loss ', ' cancelled ', ' canceled ') OR _words LIKE ' lost %' OR _words LIKE ' verloren %' THEN true
            ELSE NOT _is_doubtful AND NOT regexp_like(_words, '^ (won|gewonnen) ') AND (_words LIKE '% lost ' OR _words LIKE '% verloren ')
        END AS _is_lost
    FROM said
)
SELECT
    'plain' AS source,
    _opp_id AS opp_id,
    nullif(trim("account"), '') AS account_id,
    lower(trim("owner")) AS owner_id,
    _title AS name,
    trim("stage") AS stage,
    "amount" AS amount,
    upper("currency") AS currency,
    CAST(
        CASE
            WHEN _is_won THEN 1
            WHEN _is_lost THEN 0
            WHEN _likelihood > 1 OR ends_with("probability", '%') THEN _likelihood / 100
            ELSE _likelihood
        END AS DECIMAL(18, 4)
    ) AS probability,
    "end" AS close_date,
    _is_won OR _is_lost AS is_closed,
    _is_won AS is_won,
    start_of_day(
        coalesce("start", least(min(first_seen) OVER (PARTITION BY _opp_id), CASE WHEN _is_won OR _is_lost THEN "end" END)),
        project_zone()
    ) AS created_ts,
    false AS is_deleted,
    first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged
