-- code       = "U04"
-- title      = "Never logged in or dormant"
-- asks       = "Who has a licence and does not log in?"
-- means      = "Persons with an active licence on the period's last day, by how long ago they last logged in: active (up to 7 days), slipping (8 to 14), lapsed (15 to 28), dormant (more), never; new are those whose user is younger than 14 days. Until 28 days after the login log begins nobody can tell, and the state is unknown. Apart, and in no denominator, stand those on leave (paused) and client-facing people on the roster without an active user (not invited)."
-- unit       = "share"
-- numerator  = "people in the state"
-- denominator = "licensed people"
-- better     = "down"
-- privacy    = "A"
-- value      = "numerator/denominator"
-- attributes = ["period-end"]
-- split      = "state"
-- headline   = "never+dormant"
-- dimensions = ["grade", "office", "location", "department", "job_family", "country"]
-- reads      = ["users", "logins"]

-- One row for each stretch of days of a person and each state, theirs or not: a state that nobody is in has its row too. How long ago they logged in stands
-- in rows of its own, in no denominator.
WITH known AS (
    SELECT coalesce(local_date(first_ts, project_zone()) + 28, DATE '9999-12-31') AS from_date
    FROM login_log
),
licensed AS (
    SELECT
        h.person_id,
        h.grade,
        h.office,
        h.location,
        h.department,
        h.job_family,
        h.country,
        coalesce(h.started_on + 14, h.valid_from) AS settled_on,
        h.valid_from,
        h.valid_to,
        k.from_date
    FROM person_history AS h
    CROSS JOIN known AS k
    WHERE h.is_active
        AND h.valid_from <= $to
        AND (h.valid_to IS NULL OR h.valid_to > $from)
),
-- Also before its first stretch, and if it has none at all, is a person without a licence.
unlicensed AS (
    SELECT
        person_id,
        valid_from,
        valid_to
    FROM person_history
    WHERE NOT is_active
    UNION ALL
    SELECT
        person_id,
        NULL AS valid_from,
        min(valid_from) AS valid_to
    FROM person_history
    GROUP BY person_id
),
told AS (
    SELECT
        'unknown' AS state,
        h.* EXCLUDE (valid_to, from_date),
        least(h.valid_to, h.from_date) AS valid_to
    FROM licensed AS h
    WHERE h.valid_from < h.from_date
    UNION ALL
    SELECT
        'known' AS state,
        h.* EXCLUDE (valid_from, valid_to, from_date),
        greatest(h.valid_from, h.from_date) AS valid_from,
        h.valid_to
    FROM licensed AS h
    UNION ALL
    SELECT
        'not invited' AS state,
        r.person_id,
        coalesce(r.grade, '(none)') AS grade,
        coalesce(r.office, '(none)') AS office,
        coalesce(r.location, r.office, '(none)') AS location,
        coalesce(r.department, '(none)') AS department,
        coalesce(r.job_family, '(none)') AS job_family,
        coalesce(r.country, '(none)') AS country,
        NULL AS settled_on,
        greatest(r.valid_from, u.valid_from) AS valid_from,
        least(r.valid_to, u.valid_to) AS valid_to
    FROM roster_history AS r
    LEFT JOIN unlicensed AS u
        ON u.person_id = r.person_id
    WHERE r.is_client_facing
),
everybody AS (
    SELECT
        CASE WHEN p.is_paused THEN 'paused' ELSE t.state END AS state,
        t.* EXCLUDE (state, valid_from, valid_to),
        greatest(t.valid_from, p.valid_from) AS valid_from,
        least(t.valid_to, p.valid_to) AS valid_to
    FROM told AS t
    LEFT JOIN pauses AS p
        ON p.person_id = t.person_id
),
counted AS (
    SELECT
        m.state,
        m.ord,
        e.* EXCLUDE (state, settled_on),
        CASE WHEN m.state = e.state THEN 1 ELSE 0 END AS numerator,
        CASE
            WHEN e.state IN ('paused', 'not invited') OR m.state IN ('paused', 'not invited') THEN 0
            WHEN e.state = 'unknown' AND m.state <> 'unknown' THEN 0
            ELSE 1
        END AS denominator
    FROM (
        VALUES
            ('never+dormant', 1),
            ('never', 2),
            ('dormant', 3),
            ('lapsed', 4),
            ('slipping', 5),
            ('active', 6),
            ('new', 7),
            ('unknown', 8),
            ('paused', 9),
            ('not invited', 10)
    ) AS m (state, ord)
    CROSS JOIN everybody AS e
    UNION ALL
    SELECT
        'new' AS state,
        7 AS ord,
        e.* EXCLUDE (state, settled_on, valid_to),
        least(e.valid_to, e.settled_on) AS valid_to,
        1 AS numerator,
        0 AS denominator
    FROM everybody AS e
    WHERE e.state = 'known'
    UNION ALL
    SELECT
        m.state,
        m.ord,
        e.* EXCLUDE (state, settled_on, valid_from, valid_to),
        greatest(e.valid_from, e.settled_on, l.valid_from) AS valid_from,
        CASE
            WHEN l.to_ts >= start_of_day(CAST($as_of AS DATE) + 1, project_zone()) THEN e.valid_to
            ELSE least(e.valid_to, l.valid_to)
        END AS valid_to,
        1 AS numerator,
        0 AS denominator
    FROM everybody AS e
    JOIN login_states AS l
        ON l.person_id = e.person_id
        AND (l.from_ts IS NULL OR l.from_ts < start_of_day(CAST($as_of AS DATE) + 1, project_zone()))
    JOIN (
        VALUES
            ('never', 'never+dormant', 1),
            ('dormant', 'never+dormant', 1),
            ('never', 'never', 2),
            ('dormant', 'dormant', 3),
            ('lapsed', 'lapsed', 4),
            ('slipping', 'slipping', 5),
            ('active', 'active', 6)
    ) AS m (login_state, state, ord)
        ON m.login_state = l.state
    WHERE e.state = 'known'
        AND l.valid_from <= $to
        AND (l.valid_to IS NULL OR $from < l.valid_to OR l.to_ts >= start_of_day(CAST($as_of AS DATE) + 1, project_zone()))
)
SELECT
    valid_from,
    valid_to,
    person_id,
    state,
    ord,
    grade,
    office,
    location,
    department,
    job_family,
    country,
    numerator,
    denominator
FROM counted
