-- Which users are people whom no roster tells, and how do their CRMs call them? As the newest row of each says it. Who could be two people
-- of the roster is no such user.
WITH newest AS (
    SELECT
        source,
        user_id,
        first_value(user_kind ORDER BY valid_from DESC) AS user_kind,
        first_value(lower(trim(name)) ORDER BY valid_from DESC) AS name,
        first_value(
            coalesce(
                nullif(lower(trim(email)), ''),
                CASE WHEN username LIKE '%_@_%' THEN lower(trim(username)) END
            )
            ORDER BY valid_from DESC
        ) AS email,
        first_value(nullif(trim(employee_number), '') ORDER BY valid_from DESC) AS employee_number
    FROM crm_users
    GROUP BY
        source,
        user_id
)
SELECT
    n.source,
    n.user_id,
    n.name,
    n.email,
    n.employee_number
FROM newest AS n
LEFT ANTI JOIN person_candidates AS c
    ON c.user_id = n.user_id
LEFT ANTI JOIN robot_users AS r
    ON r.user_id = n.user_id
WHERE n.user_kind = 'human'
