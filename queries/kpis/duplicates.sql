-- code       = "Q04"
-- title      = "Duplicate contacts"
-- asks       = "How many of our contacts do we have twice?"
-- means      = "Contacts less the persons they stand for, of all contacts, at the end of the period's last day. Two contacts are one person where they share an e-mail, a phone, a firm or a postcode and their names are alike by 85 %; with one e-mail half is enough, or a missing name. All that hang together are one person; the first of them is no duplicate. The origin is how the record was made."
-- unit       = "share"
-- numerator  = "duplicates"
-- denominator = "contacts"
-- better     = "down"
-- privacy    = "N"
-- value      = "numerator/denominator"
-- attributes = ["event"]
-- dimensions = ["origin"]
-- reads      = ["contacts"]

-- One row for each period and change up to its end: they add up to the level.
SELECT
    p.period_start,
    c.origin,
    c.doubles AS numerator,
    c.records AS denominator
FROM periods AS p
JOIN duplicate_changes AS c
    ON c.d <= p.at
