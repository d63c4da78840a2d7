-- What did each snapshot say of each case? A number of a choice is told by its label, where the table of labels was exported too. A view
-- without the status has the reason of it, whose usual words for an end are known.
WITH labels AS (
    SELECT
        attributename,
        attributevalue,
        min(value) AS label
    FROM landing.dynamics_stringmap
    WHERE lower(objecttypecode) IN ('incident', '112')
    GROUP BY
        attributename,
        attributevalue
)
SELECT
    'dynamics' AS source,
    coalesce(d."incidentid", d._key) AS case_id,
    coalesce(d."customerid", d."customer") AS account_id,
    coalesce(d."ownerid", trim(d."owner")) AS owner_id,
    d."casetypecode" AS case_type,
    coalesce(s.label, d."statecodename", d."statecode", r.label, d."statuscodename", d."statuscode") AS status,
    coalesce(p.label, d."prioritycode") AS priority,
    coalesce(o.label, d."caseorigincode") AS channel,
    CASE
        WHEN d."statecode" IS NULL AND d."statecodename" IS NULL THEN lower(coalesce(r.label, d."statuscodename", d."statuscode", '')) IN (
            'resolved', 'problem solved', 'information provided', 'canceled', 'cancelled', 'merged', '5', '6', '1000', '2000'
        )
        ELSE lower(coalesce(s.label, d."statecodename", '')) IN ('resolved', 'canceled', 'cancelled')
        OR lower(coalesce(d."statecode", '')) IN ('resolved', 'canceled', 'cancelled', '1', '2')
    END AS is_closed,
    d."createdon" AS created_ts,
    trim(d."createdby") AS created_by,
    false AS is_deleted,
    d.first_seen,
    d.last_seen,
    d.next_seen,
    coalesce(d.gone, false) AS gone
FROM landing.dynamics_incident AS d
LEFT JOIN labels AS s
    ON s.attributename = 'statecode'
    AND s.attributevalue = d."statecode"
LEFT JOIN labels AS r
    ON r.attributename = 'statuscode'
    AND r.attributevalue = d."statuscode"
LEFT JOIN labels AS p
    ON p.attributename = 'prioritycode'
    AND p.attributevalue = d."prioritycode"
LEFT JOIN labels AS o
    ON o.attributename = 'caseorigincode'
    AND o.attributevalue = d."caseorigincode"
