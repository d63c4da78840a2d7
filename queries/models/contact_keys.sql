-- stored
-- By what can two contacts be found to be one? Names and firms in small letters, without accents, with single spaces; a phone by
-- its last nine digits. One row for each stretch in which none of it changed.
WITH plain AS (
    SELECT
        source,
        contact_id,
        created_on,
        coalesce(trim(first_name), '') = '' OR coalesce(trim(last_name), '') = '' AS lacks_name,
        replace(
            translate(
                lower(concat_ws(' ', first_name, last_name)),
                'àáâãäåāăąçćčďđèéêëēėęěğìíîïīįłñńňòóôõöøōőřśšşșťţțùúûüūůűųýÿźżž',
                'aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorsssstttuuuuuuuuyyzzz'
            ),
            'ß',
            'ss'
        ) AS name,
        replace(
            translate(
                lower(company),
                'àáâãäåāăąçćčďđèéêëēėęěğìíîïīįłñńňòóôõöøōőřśšşșťţțùúûüūůűųýÿźżž',
                'aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorsssstttuuuuuuuuyyzzz'
            ),
            'ß',
            'ss'
        ) AS company,
        nullif(lower(trim(email)), '') AS email,
        regexp_replace(phone, '[^0-9]', '', 'g') AS phone,
        regexp_replace(mobile, '[^0-9]', '', 'g') AS mobile,
        nullif(lower(replace(postcode, ' ', '')), '') AS postcode,
        valid_from,
        valid_to
    FROM named_contacts
),
keys AS (
    SELECT
        source,
        contact_id,
        created_on,
        lacks_name,
        trim(regexp_replace(name, '\s+', ' ', 'g')) AS name,
        nullif(trim(regexp_replace(company, '\s+', ' ', 'g')), '') AS company,
        email,
        CASE WHEN length(phone) >= 9 THEN right(phone, 9) END AS phone,
        CASE WHEN length(mobile) >= 9 THEN right(mobile, 9) END AS mobile,
        postcode,
        valid_from,
        valid_to
    FROM plain
)
SELECT
    *,
    row_number() OVER (ORDER BY source, contact_id, valid_from) AS key_id
FROM keys
