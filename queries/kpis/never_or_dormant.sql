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

-- One row for each period, person and state, theirs or not: a state that nobody is in has its row too.
WITH known AS (
    SELECT
        start_of_day(CAST($as_of AS DATE) + 1, project_zone()) AS until_ts,
        coalesce(local_date(first_ts, project_zone()) + 28, DATE '9999-12-31') AS from_date
    FROM login_log
),
paused AS (
    SELECT DISTINCT
        p.period_start,
        l.person_id
    FROM periods AS p
    JOIN leaves AS l
        ON p.at >= l.valid_from
        AND (l.valid_to IS NULL OR p.at < l.valid_to)
),
last_logins AS (
    SELECT
        p.period_start,
        l.person_id,
        l.state
    FROM periods AS p
    CROSS JOIN known AS k
    JOIN login_states AS l
        ON p.at >= l.valid_from
        AND (l.from_ts IS NULL OR l.from_ts < k.until_ts)
        AND (l.valid_to IS NULL OR p.at < l.valid_to OR l.to_ts >= k.until_ts)
),
states AS (
    SELECT
        e.period_start,
        e.person_id,
        e.grade,
        e.office,
        e.location,
        e.department,
        e.job_family,
        e.country,
        CASE
            WHEN a.person_id IS NOT NULL THEN 'paused'
            WHEN e.at < k.from_date THEN 'unknown'
            WHEN e.at < s.started_on + 14 THEN 'new'
            ELSE l.state
        END AS state
    FROM period_people AS e
    CROSS JOIN known AS k
    LEFT JOIN paused AS a
        ON a.period_start = e.period_start
        AND a.person_id = e.person_id
    LEFT JOIN person_starts AS s
        ON s.person_id = e.person_id
    LEFT JOIN last_logins AS l
        ON l.period_start = e.period_start
        AND l.person_id = e.person_id
    UNION ALL
    SELECT
        p.period_start,
        r.person_id,
        coalesce(r.grade, '(none)') AS grade,
        coalesce(r.office, '(none)') AS office,
        coalesce(r.location, r.office, '(none)') AS location,
        coalesce(r.department, '(none)') AS department,
        coalesce(r.job_family, '(none)') AS job_family,
        coalesce(r.country, '(none)') AS country,
        CASE WHEN a.person_id IS NOT NULL THEN 'paused' ELSE 'not invited' END AS state
    FROM periods AS p
    JOIN roster_history AS r
        ON r.is_client_facing
        AND p.at >= r.valid_from
        AND (r.valid_to IS NULL OR p.at < r.valid_to)
    LEFT JOIN paused AS a
        ON a.period_start = p.period_start
        AND a.person_id = r.person_id
    LEFT JOIN period_people AS e
        ON e.period_start = p.period_start
        AND e.person_id = r.person_id
    WHERE e.person_id IS NULL
)
SELECT
    s.period_start,
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
FROM states AS s
CROSS JOIN (
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
