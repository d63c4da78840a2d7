-- Which days of the week does a word of the roster mean? `Mon-Fri` and `Mon,Wed-Thu` as bits, Monday 1 to Sunday 64.
-- A word that nobody can read is Monday to Friday.
WITH parts AS (
    SELECT
        work_days,
        replace(lower(part), ' ', '') AS part
    FROM (
        SELECT
            work_days,
            unnest(string_to_array(translate(work_days, ';/+–', ',,,-'), ',')) AS part
        FROM (
            SELECT DISTINCT work_days
            FROM roster
            WHERE work_days IS NOT NULL
        ) AS words
    ) AS pieces
),
places AS (
    SELECT
        work_days,
        strpos('mon|tue|wed|thu|fri|sat|sun', left(split_part(part, '-', 1), 3)) AS first_place,
        strpos('mon|tue|wed|thu|fri|sat|sun', left(split_part(concat(part, '-', part), '-', 2), 3)) AS last_place
    FROM parts
    WHERE length(part) >= 3
),
days AS (
    SELECT
        work_days,
        day
    FROM places
    CROSS JOIN (
        SELECT unnest(generate_series(0, 6)) AS day
    ) AS week
    WHERE first_place > 0
        AND last_place > 0
        AND CASE
            WHEN first_place <= last_place THEN 4 * day + 1 BETWEEN first_place AND last_place
            ELSE 4 * day + 1 >= first_place OR 4 * day + 1 <= last_place
        END
)
SELECT
    work_days,
    bit_or(1 << day) AS days
FROM days
GROUP BY work_days
