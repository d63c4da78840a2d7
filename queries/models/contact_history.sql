-- stored
-- What was a contact on a date, as long as it was there? One row for each stretch in which nothing below changed.
-- A snapshot holds from its date on, the first one from the day of creation, both in the project's zone. A contact is gone where it
-- is deleted, merged into another or missing from a complete snapshot.
WITH versions AS (
    SELECT
        *,
        local_date(min(created_ts) OVER (PARTITION BY source, contact_id), project_zone()) AS created_on,
        lead(first_seen) OVER (PARTITION BY source, contact_id ORDER BY first_seen) AS next_first,
        row_number() OVER (PARTITION BY source, contact_id ORDER BY first_seen) AS version
    FROM contacts
),
there AS (
    SELECT
        *,
        CASE WHEN version = 1 THEN least(created_on, first_seen) ELSE first_seen END AS valid_from,
        CASE WHEN gone THEN next_seen ELSE next_first END AS valid_to,
        concat_ws(
            '|',
            coalesce(account_id, ''),
            coalesce(owner_id, ''),
            coalesce(salutation, ''),
            coalesce(first_name, ''),
            coalesce(last_name, ''),
            coalesce(email, ''),
            coalesce(phone, ''),
            coalesce(mobile, ''),
            coalesce(street, ''),
            coalesce(city, ''),
            coalesce(postcode, ''),
            coalesce(country, ''),
            coalesce(is_opted_out, false),
            coalesce(is_deceased, false)
        ) AS content
    FROM versions
    WHERE NOT coalesce(is_deleted, false)
        AND master_id IS NULL
),
compared AS (
    SELECT
        *,
        lag(valid_to) OVER (PARTITION BY source, contact_id ORDER BY valid_from) = valid_from
        AND lag(content) OVER (PARTITION BY source, contact_id ORDER BY valid_from) = content AS goes_on
    FROM there
),
numbered AS (
    SELECT
        *,
        sum(CASE WHEN goes_on THEN 0 ELSE 1 END) OVER (PARTITION BY source, contact_id ORDER BY valid_from) AS run
    FROM compared
)
SELECT
    source,
    contact_id,
    created_on,
    account_id,
    owner_id,
    salutation,
    first_name,
    last_name,
    email,
    phone,
    mobile,
    street,
    city,
    postcode,
    country,
    coalesce(is_opted_out, false) AS is_opted_out,
    coalesce(is_deceased, false) AS is_deceased,
    min(valid_from) AS valid_from,
    CASE WHEN count(valid_to) = count(*) THEN max(valid_to) END AS valid_to
FROM numbered
GROUP BY
    source,
    contact_id,
    run,
    created_on,
    account_id,
    owner_id,
    salutation,
    first_name,
    last_name,
    email,
    phone,
    mobile,
    street,
    city,
    postcode,
    country,
    coalesce(is_opted_out, false),
    coalesce(is_deceased, false)
