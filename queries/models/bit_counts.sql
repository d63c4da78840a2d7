-- How many days of a week do bits stand for? Monday 1 to Sunday 64.
SELECT
    bits,
    (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + ((bits >> 3) & 1) + ((bits >> 4) & 1) + ((bits >> 5) & 1) + (bits >> 6) AS days
FROM (
    SELECT unnest(generate_series(0, 127)) AS bits
) AS weeks
