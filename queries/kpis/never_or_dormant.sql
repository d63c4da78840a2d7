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

-- One row for each stretch of days of a person and each state, theirs or not: a state that nobody is in has its row too.
WITH known AS (
    SELECT
        start_of_day(CAST($as_of AS DATE) + 1, project_zone()) AS until_ts,
        coalesce(local_date(first_ts, project_zone()) + 28, DATE '9999-12-31') AS from_date
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
        h.valid_from,
        h.valid_to,
        k.from_date,
        k.until_ts,
        coalesce(h.started_on + 14, h.valid_from) AS settled_on
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
        h.* EXCLUDE (valid_to, from_date, until_ts, settled_on),
        least(h.valid_to, h.from_date) AS valid_to
    FROM licensed AS h
    UNION ALL
    SELECT
        'new' AS state,
        h.* EXCLUDE (valid_from, valid_to, from_date, until_ts, settled_on),
        greatest(h.valid_from, h.from_date) AS valid_from,
        least(h.valid_to, h.settled_on) AS valid_to
    FROM licensed AS h
    UNION ALL
    SELECT
        l.state,
        h.* EXCLUDE (valid_from, valid_to, from_date, until_ts, settled_on),
        greatest(h.valid_from, h.from_date, h.settled_on, l.valid_from) AS valid_from,
        CASE WHEN l.to_ts >= h.until_ts THEN h.valid_to ELSE least(h.valid_to, l.valid_to) END AS valid_to
    FROM licensed AS h
    JOIN login_states AS l
        ON l.person_id = h.person_id
        AND (l.from_ts IS NULL OR l.from_ts < h.until_ts)
    WHERE l.valid_from <= $to
        AND (l.valid_to IS NULL OR $from < l.valid_to OR l.to_ts >= start_of_day(CAST($as_of AS DATE) + 1, project_zone()))
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
        greatest(r.valid_from, u.valid_from) AS valid_from,
        least(r.valid_to, u.valid_to) AS valid_to
    FROM roster_history AS r
    LEFT JOIN unlicensed AS u
        ON u.person_id = r.person_id
    WHERE r.is_client_facing
),
states AS (
    SELECT
        CASE WHEN p.is_paused THEN 'paused' ELSE t.state END AS state,
        t.person_id,
        t.grade,
        t.office,
        t.location,
        t.department,
        t.job_family,
        t.country,
        greatest(t.valid_from, p.valid_from) AS valid_from,
        least(t.valid_to, p.valid_to) AS valid_to
    FROM told AS t
    LEFT JOIN pauses AS p
        ON p.person_id = t.person_id
)
SELECT
    s.valid_from,
    s.valid_to,
    s.person_id,
    m.state,
    m.ord,
    s.grade,
    s.office,
    s.location,
    s.department,
    s.job_family,
    s.country,
    CASE
        WHEN m.state = s.state THEN 1
        WHEN m.state = 'never+dormant' AND s.state IN ('never', 'dormant') THEN 1
        ELSE 0
    END AS numerator,
    CASE
        WHEN s.state IN ('paused', 'not invited') OR m.state IN ('paused', 'not invited') THEN 0
        WHEN s.state = 'unknown' AND m.state <> 'unknown' THEN 0
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
CROSS JOIN states AS s
