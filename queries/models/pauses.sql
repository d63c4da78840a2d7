-- stored
-- On which days is a person on leave, and on which not? Stretches without gaps, for people of whom any leave is known; NULL is open.
WITH reached AS (
    SELECT
        person_id,
        valid_from,
        coalesce(valid_to, DATE '9999-12-31') AS valid_to,
        max(coalesce(valid_to, DATE '9999-12-31')) OVER (
            PARTITION BY person_id
            ORDER BY valid_from, valid_to
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached
    FROM leaves
    WHERE valid_from < coalesce(valid_to, DATE '9999-12-31')
),
numbered AS (
    SELECT
        *,
        sum(CASE WHEN valid_from <= reached THEN 0 ELSE 1 END) OVER (
            PARTITION BY person_id
            ORDER BY valid_from, valid_to
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS leave
    FROM reached
),
merged AS (
    SELECT
        person_id,
        min(valid_from) AS valid_from,
        max(valid_to) AS valid_to
    FROM numbered
    GROUP BY
        person_id,
        leave
)
SELECT
    person_id,
    true AS is_paused,
    valid_from,
    nullif(valid_to, DATE '9999-12-31') AS valid_to
FROM merged
UNION ALL
SELECT
    person_id,
    false AS is_paused,
    lag(valid_to) OVER (PARTITION BY person_id ORDER BY valid_from) AS valid_from,
    valid_from AS valid_to
FROM merged
UNION ALL
SELECT
    person_id,
    false AS is_paused,
    nullif(max(valid_to), DATE '9999-12-31') AS valid_from,
    NULL AS valid_to
FROM merged
GROUP BY person_id
HAVING max(valid_to) < DATE '9999-12-31'
