-- code       = "P08"
-- title      = "Movement in the funnel"
-- asks       = "How did the open pipeline of this quarter come from where it was to where it is?"
-- means      = "Each period is a window from the end of the day before it to its own end, or the asked day. The pipeline is that of the fiscal quarter in which the window ends: deals open then with a close date in it, in the firm's currency; deals in another currency or without an amount are counted, with no money. Every deal comes in by one bar (start, new, reopened, won before, moved in) and leaves by one (moved out, won, lost, gone) or is there at the end; what its amount did on the way is a bar of its own (amount up, amount down). So start and all bars make the end, to the cent. Won is what the quarter's won deals grew by; a deal that was won in it before and no longer is, or at another amount, comes in by won before (by reopened, if it is open again). A deal won with a close date outside of the quarter has moved out. Gone is less what came back. Grade and office are those of the owner at the end; the start stands under the owner of then, and what changed hands between two grades or offices is reassigned. Without exchange rates, fx is only what a change of a deal's currency does."
-- unit       = "money"
-- numerator  = "deals"
-- better     = "neither"
-- privacy    = "N"
-- value      = "value"
-- attributes = ["event"]
-- split      = "bar"
-- headline   = "end"
-- dimensions = ["grade", "office", "location", "department"]
-- reads      = ["deals", "users"]

-- Some rows for each period and deal, one for each bar. What holds through the whole window is its start and its end; all else has a state
-- that ends in the window, before_, and one that goes on behind it, after_; a deal has at most one of each in a window.
WITH windows AS (
    SELECT
        period_start,
        at,
        start_of_day(period_start, project_zone()) AS begin_ts,
        start_of_day(at + 1, project_zone()) AS end_ts,
        period_start(at, 'quarter') AS quarter
    FROM periods
),
states AS (
    SELECT
        opp_id,
        owner_id,
        status,
        coalesce(currency, currency()) AS currency,
        CASE WHEN coalesce(currency, currency()) = currency() THEN amount END AS amount,
        period_start(close_date, 'quarter') AS quarter,
        valid_from,
        valid_to
    FROM opportunity_history
    WHERE valid_from < start_of_day($to + 1, project_zone())
        AND (valid_to IS NULL OR valid_to >= start_of_day($from, project_zone()))
),
ended AS (
    SELECT
        w.period_start,
        s.*,
        coalesce(s.quarter = w.quarter, false) AS is_due
    FROM states AS s
    JOIN windows AS w
        ON w.period_start = period_start(local_date(s.valid_to, project_zone()), $grain)
        AND s.valid_from < w.begin_ts
        AND s.valid_to < w.end_ts
),
begun AS (
    SELECT
        w.period_start,
        s.*,
        coalesce(s.quarter = w.quarter, false) AS is_due
    FROM states AS s
    JOIN windows AS w
        ON w.period_start = period_start(local_date(s.valid_from, project_zone()), $grain)
        AND s.valid_from >= w.begin_ts
        AND s.valid_from < w.end_ts
        AND (s.valid_to IS NULL OR s.valid_to >= w.end_ts)
),
pairs AS (
    SELECT
        coalesce(b.period_start, a.period_start) AS period_start,
        b.status AS before_status,
        b.is_due AS before_due,
        b.owner_id AS before_owner,
        b.amount AS before_amount,
        b.currency AS before_currency,
        a.status AS after_status,
        a.is_due AS after_due,
        a.owner_id AS after_owner,
        a.amount AS after_amount,
        a.currency AS after_currency
    FROM ended AS b
    FULL JOIN begun AS a
        ON a.period_start = b.period_start
        AND a.opp_id = b.opp_id
    WHERE (b.is_due AND b.status IN ('open', 'won'))
        OR (a.is_due AND a.status <> 'gone')
),
entries AS (
    SELECT
        *,
        CASE
            WHEN before_status = 'open' AND before_due THEN 'start'
            WHEN before_status = 'won' AND before_due THEN
                CASE
                    WHEN after_status = 'open' THEN 'reopened'
                    WHEN after_status <> 'won' OR NOT after_due THEN 'won before'
                    WHEN before_currency <> after_currency OR (before_amount IS DISTINCT FROM after_amount) THEN 'won before'
                END
            WHEN NOT after_due OR after_status = 'gone' THEN NULL
            WHEN before_status IS NULL THEN 'new'
            WHEN before_status = 'open' THEN 'moved in'
            WHEN after_status = 'open' THEN CASE WHEN before_status = 'gone' THEN 'gone' ELSE 'reopened' END
            WHEN after_status = 'won' THEN
                CASE before_status
                    WHEN 'gone' THEN 'gone'
                    WHEN 'won' THEN 'moved in'
                    ELSE 'reopened'
                END
        END AS entry
    FROM pairs
),
flows AS (
    SELECT
        *,
        CASE
            WHEN after_status = 'lost' THEN 'lost'
            WHEN coalesce(after_status, 'gone') = 'gone' THEN 'gone'
            WHEN NOT after_due THEN 'moved out'
            WHEN after_status = 'won' THEN 'won'
            ELSE 'end'
        END AS outcome,
        CASE WHEN entry = 'new' THEN after_amount ELSE before_amount END AS entry_amount,
        coalesce(after_amount, 0) - coalesce(before_amount, 0) AS growth
    FROM entries
    WHERE entry IS NOT NULL
),
legs AS (
    SELECT
        f.period_start,
        l.leg,
        CASE l.leg
            WHEN 'entry' THEN f.entry
            WHEN 'growth' THEN
                CASE
                    WHEN f.before_currency <> f.after_currency THEN 'fx'
                    WHEN f.growth > 0 THEN 'amount up'
                    ELSE 'amount down'
                END
            WHEN 'outcome' THEN f.outcome
            ELSE 'reassigned'
        END AS bar,
        CASE WHEN l.leg = 'given' OR (l.leg = 'entry' AND f.entry = 'start') THEN f.before_owner ELSE f.after_owner END AS owner_id,
        CASE l.leg WHEN 'given' THEN f.after_owner WHEN 'taken' THEN f.before_owner END AS other_id,
        CASE l.leg
            WHEN 'entry' THEN f.entry_amount
            WHEN 'growth' THEN f.growth
            WHEN 'outcome' THEN CASE WHEN f.outcome = 'end' THEN f.after_amount ELSE -f.after_amount END
            WHEN 'given' THEN -f.before_amount
            ELSE f.before_amount
        END AS amount
    FROM (VALUES ('entry'), ('growth'), ('outcome'), ('given'), ('taken')) AS l(leg)
    CROSS JOIN flows AS f
    WHERE CASE
        WHEN l.leg IN ('given', 'taken') THEN f.entry = 'start' AND f.before_owner <> f.after_owner
        WHEN l.leg = 'growth' THEN f.entry <> 'new' AND f.growth <> 0
        ELSE true
    END
),
bars AS (
    SELECT
        period_start,
        bar,
        owner_id,
        other_id,
        CASE WHEN leg = 'given' THEN -1 ELSE 1 END AS deals,
        amount
    FROM legs
    UNION ALL
    SELECT
        s.period_start,
        e.bar,
        s.owner_id,
        NULL AS other_id,
        1 AS deals,
        s.amount
    FROM (VALUES ('start'), ('end')) AS e(bar)
    CROSS JOIN (
        SELECT
            w.period_start,
            h.owner_id,
            h.amount
        FROM states AS h
        JOIN windows AS w
            ON w.quarter = h.quarter
            AND h.valid_from < w.begin_ts
            AND (h.valid_to IS NULL OR h.valid_to >= w.end_ts)
        WHERE h.status = 'open'
    ) AS s
)
SELECT
    b.period_start,
    b.bar,
    o.ord,
    coalesce(h.grade, '(none)') AS grade,
    coalesce(h.office, '(none)') AS office,
    coalesce(h.location, '(none)') AS location,
    coalesce(h.department, '(none)') AS department,
    b.deals AS numerator,
    CAST(NULL AS BIGINT) AS denominator,
    CAST(b.amount AS DECIMAL(38, 8)) AS value
FROM bars AS b
JOIN windows AS w
    ON w.period_start = b.period_start
JOIN (
    VALUES
        ('start', 1),
        ('new', 2),
        ('reopened', 3),
        ('won before', 4),
        ('moved in', 5),
        ('amount up', 6),
        ('amount down', 7),
        ('moved out', 8),
        ('won', 9),
        ('lost', 10),
        ('gone', 11),
        ('reassigned', 12),
        ('fx', 13),
        ('end', 14)
) AS o(bar, ord)
    ON o.bar = b.bar
LEFT JOIN owner_history AS h
    ON h.user_id = b.owner_id
    AND w.at >= h.valid_from
    AND (h.valid_to IS NULL OR w.at < h.valid_to)
LEFT JOIN owner_history AS r
    ON r.user_id = b.other_id
    AND w.at >= r.valid_from
    AND (r.valid_to IS NULL OR w.at < r.valid_to)
WHERE b.bar <> 'reassigned'
    OR (h.grade IS DISTINCT FROM r.grade)
    OR (h.office IS DISTINCT FROM r.office)
    OR (h.location IS DISTINCT FROM r.location)
    OR (h.department IS DISTINCT FROM r.department)
