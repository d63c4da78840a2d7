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

-- What holds through a whole window is its start and its end, for stretches of days. Of every other deal there are some rows for each window, one for
-- each bar: what it was before the first change in the window, and what it is after the last. Until the last list names them, bars are numbers.
WITH windows AS (
    SELECT
        period_start,
        at,
        at + 1 AS day_after,
        period_start(at, 'quarter') AS quarter
    FROM periods
),
changes AS (
    SELECT
        w.at,
        w.day_after,
        w.quarter,
        c.*,
        coalesce(c.previous_d < w.period_start, true) AS is_first,
        coalesce(c.next_d > w.at, true) AS is_last
    FROM deal_changes AS c
    JOIN windows AS w
        ON w.period_start = period_start(c.d, $grain)
        AND c.d <= w.at
    WHERE c.d BETWEEN $from AND $to
),
pairs AS (
    SELECT
        f.at,
        f.day_after,
        f.before_owner,
        f.before_status,
        f.before_currency,
        f.before_amount,
        coalesce(f.before_quarter = f.quarter, false) AS before_due,
        l.after_owner,
        l.after_status,
        l.after_currency,
        l.after_amount,
        coalesce(l.after_quarter = l.quarter, false) AS after_due,
        f.before_owner IS DISTINCT FROM l.after_owner AS is_handed_on
    FROM changes AS f
    JOIN changes AS l
        ON l.at = f.at
        AND l.opp_id = f.opp_id
    WHERE f.is_first
        AND l.is_last
        AND (
            (f.before_quarter = f.quarter AND f.before_status IN ('open', 'won'))
            OR (l.after_quarter = l.quarter AND l.after_status <> 'gone')
        )
),
entries AS (
    SELECT
        *,
        CASE
            -- start
            WHEN before_status = 'open' AND before_due THEN 1
            WHEN before_status = 'won' AND before_due THEN
                CASE
                    -- reopened
                    WHEN after_status = 'open' THEN 3
                    -- won before
                    WHEN after_status <> 'won' OR NOT after_due THEN 4
                    WHEN before_currency <> after_currency OR (before_amount IS DISTINCT FROM after_amount) THEN 4
                END
            WHEN NOT after_due OR after_status = 'gone' THEN NULL
            -- new
            WHEN before_status IS NULL THEN 2
            -- moved in
            WHEN before_status = 'open' THEN 5
            -- what was gone comes back, or is reopened
            WHEN after_status = 'open' THEN CASE WHEN before_status = 'gone' THEN 11 ELSE 3 END
            WHEN after_status = 'won' THEN
                CASE before_status
                    WHEN 'gone' THEN 11
                    WHEN 'won' THEN 5
                    ELSE 3
                END
        END AS entry,
        CASE
            -- lost
            WHEN after_status = 'lost' THEN 10
            -- gone
            WHEN coalesce(after_status, 'gone') = 'gone' THEN 11
            -- moved out
            WHEN NOT after_due THEN 8
            -- won
            WHEN after_status = 'won' THEN 9
            -- end
            ELSE 14
        END AS outcome,
        coalesce(after_amount, 0) - coalesce(before_amount, 0) AS growth
    FROM pairs
),
owners AS (
    SELECT *
    FROM owner_history
    WHERE valid_from <= $to
        AND (valid_to IS NULL OR valid_to > $from)
),
flows AS (
    SELECT
        e.*,
        a.grade AS after_grade,
        a.office AS after_office,
        a.location AS after_location,
        a.department AS after_department,
        CASE WHEN is_handed_on THEN b.grade ELSE a.grade END AS before_grade,
        CASE WHEN is_handed_on THEN b.office ELSE a.office END AS before_office,
        CASE WHEN is_handed_on THEN b.location ELSE a.location END AS before_location,
        CASE WHEN is_handed_on THEN b.department ELSE a.department END AS before_department,
        entry = 1
        AND before_owner <> after_owner
        AND (
            (b.grade IS DISTINCT FROM a.grade)
            OR (b.office IS DISTINCT FROM a.office)
            OR (b.location IS DISTINCT FROM a.location)
            OR (b.department IS DISTINCT FROM a.department)
        ) AS is_reassigned
    FROM entries AS e
    LEFT JOIN owners AS b
        ON b.user_id = CASE WHEN e.is_handed_on THEN e.before_owner END
        AND e.at >= b.valid_from
        AND (b.valid_to IS NULL OR e.at < b.valid_to)
    LEFT JOIN owners AS a
        ON a.user_id = e.after_owner
        AND e.at >= a.valid_from
        AND (a.valid_to IS NULL OR e.at < a.valid_to)
    WHERE entry IS NOT NULL
),
-- Legs: 1 the entry, 2 what the amount did, 3 the outcome, 4 what was given away, 5 the same where it was taken.
legs AS (
    SELECT
        *,
        unnest(
            make_array(
                1,
                CASE WHEN entry <> 2 AND growth <> 0 THEN 2 END,
                3,
                CASE WHEN is_reassigned THEN 4 END,
                CASE WHEN is_reassigned THEN 5 END
            )
        ) AS leg
    FROM flows
),
turned AS (
    SELECT
        *,
        leg = 4 OR (leg = 1 AND entry = 1) AS is_before
    FROM legs
    WHERE leg IS NOT NULL
),
-- From the first day of the period after the one in which it became so.
unchanged AS (
    SELECT
        greatest(valid_from, quarter, next_period(same_since, $grain)) AS valid_from,
        least(coalesce(valid_to, next_quarter), next_quarter) AS valid_to,
        grade,
        office,
        location,
        department,
        amount
    FROM deal_stretches
    WHERE status = 'open'
        AND valid_from <= $to
        AND valid_from < next_quarter
        AND (valid_to IS NULL OR (valid_to > $from AND valid_to > quarter))
),
bars AS (
    SELECT
        at AS valid_from,
        day_after AS valid_to,
        CASE leg
            WHEN 1 THEN entry
            WHEN 2 THEN
                CASE
                    -- fx, amount up, amount down
                    WHEN before_currency <> after_currency THEN 13
                    WHEN growth > 0 THEN 6
                    ELSE 7
                END
            WHEN 3 THEN outcome
            -- reassigned
            ELSE 12
        END AS bar,
        CASE WHEN is_before THEN before_grade ELSE after_grade END AS grade,
        CASE WHEN is_before THEN before_office ELSE after_office END AS office,
        CASE WHEN is_before THEN before_location ELSE after_location END AS location,
        CASE WHEN is_before THEN before_department ELSE after_department END AS department,
        CASE WHEN leg = 4 THEN -1 ELSE 1 END AS deals,
        CASE leg
            WHEN 1 THEN CASE WHEN entry = 2 THEN after_amount ELSE before_amount END
            WHEN 2 THEN growth
            WHEN 3 THEN CASE WHEN outcome = 14 THEN after_amount ELSE -after_amount END
            WHEN 4 THEN -before_amount
            ELSE before_amount
        END AS amount
    FROM turned
    UNION ALL
    SELECT
        s.valid_from,
        s.valid_to,
        e.bar,
        s.grade,
        s.office,
        s.location,
        s.department,
        1 AS deals,
        s.amount
    FROM (VALUES (1), (14)) AS e(bar)
    CROSS JOIN unchanged AS s
    WHERE s.valid_from < s.valid_to
)
SELECT
    b.valid_from,
    b.valid_to,
    o.bar,
    o.ord,
    coalesce(b.grade, '(none)') AS grade,
    coalesce(b.office, '(none)') AS office,
    coalesce(b.location, '(none)') AS location,
    coalesce(b.department, '(none)') AS department,
    b.deals AS numerator,
    CAST(NULL AS BIGINT) AS denominator,
    CAST(b.amount AS DECIMAL(38, 8)) AS value
FROM bars AS b
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
    ON o.ord = b.bar
