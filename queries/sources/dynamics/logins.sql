-- Who came into Dynamics, by its audit? Access by the web is noted when a session begins and about every four hours after: an access
-- window, not a login. Web services are programs, and apps that people use as well, which the audit does not tell apart: they count as api.
SELECT
    'dynamics' AS source,
    coalesce(a."auditid", a._key) AS login_id,
    coalesce(a."userid", trim(a."user")) AS user_id,
    a."createdon" AS ts,
    'success' AS outcome,
    CASE WHEN a."action" IN ('64', 'User Access via Web') THEN 'web' ELSE 'api' END AS channel,
    'password' AS auth,
    'log' AS method
FROM landing.dynamics_audit AS a
WHERE a."action" IN ('64', '65', 'User Access via Web', 'User Access via Web Services')
