-- Whom may we write to, and would their greeting come out well? One row for each stretch of a contact who can be reached by mail
-- or by letter, has not opted out and is alive. A greeting is broken where the template wants a name that is missing or a
-- placeholder, or where what comes out still has a brace or two spaces in a row.
WITH template AS (
    SELECT 'Dear {first_name}' AS greeting
),
mailable AS (
    SELECT
        *,
        lower(trim(first_name)) AS plain_first,
        lower(trim(last_name)) AS plain_last,
        lower(trim(salutation)) AS plain_salutation,
        '^(n/a|none|unknown|test|tbc|tbd|-|\.|x{2,}|\*+|no (first )?name|[0-9]+|(.*\W)?dear(\W.*)?)?$' AS placeholder
    FROM named_contacts
    WHERE NOT is_opted_out
        AND NOT is_deceased
        AND (
            trim(email) <> ''
            OR (trim(street) <> '' AND trim(city) <> '' AND trim(postcode) <> '')
        )
),
judged AS (
    SELECT
        *,
        regexp_like(coalesce(plain_first, ''), placeholder) OR plain_first = lower(trim(company)) AS lacks_first,
        regexp_like(coalesce(plain_last, ''), placeholder) OR plain_last = lower(trim(company)) AS lacks_last,
        regexp_like(coalesce(plain_salutation, ''), placeholder) AS lacks_salutation
    FROM mailable
),
written AS (
    SELECT
        j.*,
        t.greeting,
        replace(
            replace(
                replace(t.greeting, '{first_name}', coalesce(j.first_name, '')),
                '{last_name}',
                coalesce(j.last_name, '')
            ),
            '{salutation}',
            coalesce(j.salutation, '')
        ) AS line
    FROM judged AS j
    CROSS JOIN template AS t
)
SELECT
    source,
    contact_id,
    owner_id,
    line,
    coalesce(
        (greeting LIKE '%{first_name}%' AND lacks_first)
        OR (greeting LIKE '%{last_name}%' AND lacks_last)
        OR (greeting LIKE '%{salutation}%' AND lacks_salutation)
        OR line LIKE '%{%'
        OR line LIKE '%}%'
        OR line LIKE '%  %',
        false
    ) AS is_broken,
    valid_from,
    valid_to
FROM written
