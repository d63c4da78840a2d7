-- code       = "Q02"
-- title      = "Broken greetings"
-- asks       = "To how many contacts would a letter begin with \"Dear no first name\"?"
-- means      = "Contacts whose greeting would come out wrong, of all that may be written to: an e-mail or a full postal address, not opted out, not deceased. It is wrong where the firm's greeting wants a first name that is missing or a placeholder such as n/a, unknown, xx, 123 or the company's own name, or where two spaces or a brace are left in it. Told for the end of the period's last day. The origin is how the record was made, never by whom."
-- unit       = "share"
-- numerator  = "broken greetings"
-- denominator = "contacts to be written to"
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
    c.broken AS numerator,
    c.mailable AS denominator
FROM periods AS p
JOIN greeting_changes AS c
    ON c.d <= p.at
