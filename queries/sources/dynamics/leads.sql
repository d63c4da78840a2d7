-- What did each snapshot say of each lead? A qualified one was converted: its status says so, or where a view lacks that, the reason of it.
WITH labels AS (
    SELECT
        attributename,
        attributevalue,
        min(value) AS label
    FROM landing.dynamics_stringmap
    WHERE lower(objecttypecode) IN ('lead', '4')
    GROUP BY
        attributename,
        attributevalue
)
SELECT
    'dynamics' AS source,
    coalesce(d."leadid", d._key) AS lead_id,
    coalesce(d."ownerid", trim(d."owner")) AS owner_id,
    d."firstname" AS first_name,
    coalesce(d."lastname", d."fullname") AS last_name,
    d."companyname" AS company,
    d."emailaddress1" AS email,
    coalesce(s.label, d."statecodename", d."statecode", r.label, d."statuscodename", d."statuscode") AS status,
    CASE
        WHEN d."statecode" IS NULL AND d."statecodename" IS NULL THEN lower(coalesce(r.label, d."statuscodename", d."statuscode", '')) IN ('qualified', '3')
        ELSE lower(coalesce(s.label, d."statecodename", '')) = 'qualified'
        OR lower(coalesce(d."statecode", '')) IN ('qualified', '1')
    END AS is_converted,
    d."parentaccountid" AS account_id,
    d."parentcontactid" AS contact_id,
    d."qualifyingopportunityid" AS opp_id,
    coalesce(l.label, d."leadsourcecode") AS lead_source,
    d."createdon" AS created_ts,
    trim(d."createdby") AS created_by,
    false AS is_deleted,
    d.first_seen,
    d.last_seen,
    d.next_seen,
    coalesce(d.gone, false) AS gone
FROM landing.dynamics_lead AS d
LEFT JOIN labels AS s
    ON s.attributename = 'statecode'
    AND s.attributevalue = d."statecode"
LEFT JOIN labels AS r
    ON r.attributename = 'statuscode'
    AND r.attributevalue = d."statuscode"
LEFT JOIN labels AS l
    ON l.attributename = 'leadsourcecode'
    AND l.attributevalue = d."leadsourcecode"
