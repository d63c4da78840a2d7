-- What did each snapshot say of each opportunity? A won or lost one keeps the stage it was closed in; here it stands in a stage of its
-- own, "Won" or "Lost". It is worth what it brought once it is closed, else the estimate; the same of its close date. When it was closed, its
-- last closure tells that its snapshot can have seen. A currency is told by its code, or by the English name that Dynamics gives it; one of
-- another name is not the firm's, unless it is the only one.
WITH labels AS (
    SELECT
        attributename,
        attributevalue,
        min(value) AS label
    FROM landing.dynamics_stringmap
    WHERE lower(objecttypecode) IN ('opportunity', '3')
    GROUP BY
        attributename,
        attributevalue
),
codes (word, code) AS (
    VALUES
        ('us dollar', 'USD'),
        ('euro', 'EUR'),
        ('pound sterling', 'GBP'),
        ('british pound', 'GBP'),
        ('swiss franc', 'CHF'),
        ('canadian dollar', 'CAD'),
        ('australian dollar', 'AUD'),
        ('new zealand dollar', 'NZD'),
        ('japanese yen', 'JPY'),
        ('yen', 'JPY'),
        ('chinese yuan', 'CNY'),
        ('yuan renminbi', 'CNY'),
        ('indian rupee', 'INR'),
        ('swedish krona', 'SEK'),
        ('norwegian krone', 'NOK'),
        ('danish krone', 'DKK'),
        ('polish zloty', 'PLN'),
        ('czech koruna', 'CZK'),
        ('hungarian forint', 'HUF'),
        ('romanian leu', 'RON'),
        ('brazilian real', 'BRL'),
        ('real', 'BRL'),
        ('mexican peso', 'MXN'),
        ('south african rand', 'ZAR'),
        ('rand', 'ZAR'),
        ('singapore dollar', 'SGD'),
        ('hong kong dollar', 'HKD'),
        ('korean won', 'KRW'),
        ('south korean won', 'KRW'),
        ('thai baht', 'THB'),
        ('malaysian ringgit', 'MYR'),
        ('uae dirham', 'AED'),
        ('saudi riyal', 'SAR'),
        ('turkish lira', 'TRY'),
        ('israeli new shekel', 'ILS')
),
read AS (
    SELECT
        d.*,
        coalesce(d."opportunityid", d._key) AS _opp_id,
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
        ) AS _state,
        coalesce(s.label, d."salesstagename", d."salesstage", d."stepname", '(none)') AS _stage,
        coalesce(
            upper(d."isocurrencycode"),
            k.code,
            regexp_match(d."currency", '\(([A-Z]{3})\)')[1],
            CASE
                WHEN regexp_like(trim(d."currency"), '^[A-Za-z]{3}$')
                    OR min(lower(trim(d."currency"))) OVER () <> max(lower(trim(d."currency"))) OVER ()
                THEN upper(nullif(trim(d."currency"), ''))
            END
        ) AS _code
    FROM landing.dynamics_opportunity AS d
    LEFT JOIN labels AS c
        ON c.attributename = 'statecode'
        AND c.attributevalue = d."statecode"
    LEFT JOIN labels AS s
        ON s.attributename = 'salesstage'
        AND s.attributevalue = d."salesstage"
    LEFT JOIN codes AS k
        ON k.word = lower(trim(d."currency"))
),
judged AS (
    SELECT
        *,
        _state IN ('won', '1') AS _is_won,
        _state IN ('won', '1', 'lost', '2', 'canceled', 'cancelled', 'out-sold') AS _is_closed
    FROM read
),
closures AS (
    SELECT
        j._opp_id AS opp_id,
        j.first_seen,
        max(c."actualend") AS ts,
        first_value(c."actualrevenue" ORDER BY c."actualend" DESC) AS revenue
    FROM judged AS j
    JOIN landing.dynamics_opportunityclose AS c
        ON c."opportunityid" = j._opp_id
        AND c."actualend" < start_of_day(j.first_seen + 1, project_zone())
    WHERE j._is_closed
    GROUP BY
        j._opp_id,
        j.first_seen
)
SELECT
    'dynamics' AS source,
    j._opp_id AS opp_id,
    coalesce("parentaccountid", "customerid", "account", "customer") AS account_id,
    coalesce("ownerid", trim("owner")) AS owner_id,
    "name" AS name,
    CASE WHEN _is_won THEN 'Won' WHEN _is_closed THEN 'Lost' ELSE _stage END AS stage,
    CASE
        WHEN _is_won THEN coalesce("actualvalue", k.revenue, "estimatedvalue")
        WHEN _is_closed THEN coalesce("actualvalue", "estimatedvalue")
        ELSE "estimatedvalue"
    END AS amount,
    _code AS currency,
    CASE
        WHEN _is_won THEN CAST(1 AS DECIMAL(18, 4))
        WHEN _is_closed THEN CAST(0 AS DECIMAL(18, 4))
        ELSE CAST(TRY_CAST(replace("closeprobability", '%', '') AS DOUBLE) / 100 AS DECIMAL(18, 4))
    END AS probability,
    CASE WHEN _is_closed THEN coalesce("actualclosedate", local_date(k.ts, project_zone()), "estimatedclosedate") ELSE "estimatedclosedate" END AS close_date,
    _is_closed AS is_closed,
    _is_won AS is_won,
    "msdyn_forecastcategory" AS forecast_category,
    coalesce(
        "createdon",
        start_of_day(least(min(j.first_seen) OVER (PARTITION BY j._opp_id), "actualclosedate"), project_zone())
    ) AS created_ts,
    trim("createdby") AS created_by,
    k.ts AS last_stage_change_ts,
    false AS is_deleted,
    j.first_seen,
    last_seen,
    next_seen,
    coalesce(gone, false) AS gone
FROM judged AS j
LEFT JOIN closures AS k
    ON k.opp_id = j._opp_id
    AND k.first_seen = j.first_seen
