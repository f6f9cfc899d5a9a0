WITH archive_changes AS (
SELECT * FROM "credential_broker_dev"."archive_changes" WHERE dt >= date_format(current_timestamp - interval '30' day, '%Y-%m-%d') AND dt <= date_format(current_timestamp - interval '0' day, '%Y-%m-%d')
),
cloudtrail AS (
SELECT "eventversion", "useridentity", "eventtime", "eventsource", "eventname", "awsregion", "sourceipaddress", "useragent", "errorcode", "errormessage", regexp_replace("requestparameters", '"externalId"\s*:\s*"[^"]*"', '"externalId":null') AS "requestparameters", regexp_replace("responseelements", '"sessionToken"\s*:\s*"[^"]*"', '"sessionToken":null') AS "responseelements", "additionaleventdata", "requestid", "eventid", "readonly", "resources", "eventtype", "apiversion", "recipientaccountid", "serviceeventdetails", "sharedeventid", "vpcendpointid", "eventcategory", "tlsdetails", dt FROM "credential_broker_dev"."cloudtrail" WHERE dt >= replace(date_format(current_timestamp - interval '30' day, '%Y-%m-%d'), '-', '/') AND dt <= replace(date_format(current_timestamp - interval '0' day, '%Y-%m-%d'), '-', '/')
),
newest_issuances AS (
SELECT c.recordid, c.change, c.changedatms, c.record
FROM (
  SELECT
    a.*,
    row_number() OVER (
      PARTITION BY a.recordid ORDER BY length(a.sequencenumber) DESC, a.sequencenumber DESC
    ) AS newest
  FROM archive_changes AS a
  WHERE a.recordtype = 'issuance'
) AS c
WHERE c.newest = 1
),
probes AS (
SELECT
  c.recordid AS probe_id,
  c.record."tenantid" AS tenant_id,
  c.record."accountid" AS account_id,
  c.record."rolearn" AS role_arn,
  c.record."probe" AS probe,
  c.record."by" AS made_by,
  c.record."outcome" AS outcome,
  c.record."code" AS code,
  CAST(from_unixtime(c.record."recordedatms" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS recorded_at,
  c.record."recordedatms" AS recorded_at_ms,
  c.record."calledatms" AS called_at_ms,
  c.record."answeredatms" AS answered_at_ms,
  c.record."lastaccesskeyid" AS access_key_id,
  c.record."laststsrequestid" AS sts_request_id
FROM (
  SELECT
    a.*,
    row_number() OVER (
      PARTITION BY a.recordid ORDER BY length(a.sequencenumber) DESC, a.sequencenumber DESC
    ) AS newest
  FROM archive_changes AS a
  WHERE a.recordtype = 'probe'
) AS c
WHERE c.newest = 1
),
trail_entries AS (
SELECT
  c.recordid AS issuance_id,
  e."attempt" AS attempt,
  e."sequence" AS sequence,
  e."type" AS entry_type,
  e."atms" AS at_ms,
  e."rolearn" AS role_arn,
  e."stsrequestid" AS sts_request_id
FROM newest_issuances AS c
CROSS JOIN UNNEST(c.record."trail") AS e ("attempt", "call", "owner", "code", "explanation", "sessionname", "delivery", "rolearn", "tenantversion", "roleversion", "externalid", "sessiontags", "sourceidentity", "inputsha256", "policysha256", "reportsha256", "accesskeyid", "assumedroleid", "stsrequestid", "issuedatms", "expiresatms", "fencems", "usableuntilms", "leaseuntilms", "sequence", "type", "atms", "previoushash", "hash")
),
announced_calls AS (
SELECT
  e.issuance_id AS issuance_id,
  e.attempt AS attempt,
  max_by(e.at_ms, e.sequence) FILTER (WHERE e.entry_type IN ('intended', 'called')) AS called_at_ms,
  min_by(e.role_arn, e.sequence) FILTER (WHERE e.entry_type IN ('intended', 'called')) AS called_role_arn,
  max_by(e.entry_type, e.sequence) AS last_entry
FROM trail_entries AS e
WHERE e.attempt IS NOT NULL
GROUP BY e.issuance_id, e.attempt
),
attempts AS (
SELECT
  c.recordid AS issuance_id,
  t."attempt" AS attempt,
  t."sessionname" AS session_name,
  t."outcome" AS outcome,
  t."code" AS code,
  c.record."tenantid" AS tenant_id,
  c.record."accountid" AS account_id,
  c.record."job" AS job,
  c.record."requester" AS requester,
  c.record."requestid" AS request_id,
  c.record."state" AS state,
  coalesce(c.record."delivery", 'job') AS delivery,
  coalesce(k.called_role_arn, c.record."rolearn") AS role_arn,
  t."accesskeyid" AS access_key_id,
  t."assumedroleid" AS assumed_role_id,
  t."stsrequestid" AS sts_request_id,
  t."calls" AS calls,
  CAST(from_unixtime(t."intendedatms" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS intended_at,
  CAST(from_unixtime(t."issuedatms" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS issued_at,
  CAST(from_unixtime(t."fencems" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS fence_at,
  CAST(from_unixtime(t."expiresatms" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS expires_at,
  t."policysha256" AS policy_sha256,
  k.last_entry AS last_entry,
  coalesce(k.called_at_ms, t."intendedatms") AS called_at_ms,
  t."issuedatms" AS issued_at_ms,
  t."fencems" AS fence_ms,
  t."expiresatms" AS expires_at_ms
FROM newest_issuances AS c
CROSS JOIN UNNEST(c.record."attempts") AS t ("attempt", "sessionname", "intendedatms", "calls", "outcome", "code", "accesskeyid", "assumedroleid", "stsrequestid", "issuedatms", "expiresatms", "fencems", "usableuntilms", "policysha256")
LEFT JOIN announced_calls AS k
  ON k.issuance_id = c.recordid AND k.attempt = t."attempt"
),
announced AS (
SELECT
  'issuance' AS kind,
  a.issuance_id AS record_id,
  a.attempt AS attempt,
  a.session_name AS session_name,
  a.tenant_id AS tenant_id,
  a.account_id AS account_id,
  a.job AS job,
  a.role_arn AS role_arn,
  CASE WHEN a.delivery = 'caller' THEN 'vend-credentials' ELSE 'issue-credentials' END AS called_by,
  a.called_at_ms AS called_at_ms,
  a.called_at_ms + 45000 AS called_until_ms,
  a.access_key_id AS access_key_id,
  coalesce(a.issued_at_ms, a.called_at_ms) AS issued_at_ms,
  CASE
    WHEN a.access_key_id IS NOT NULL THEN 'read'
    WHEN a.outcome = 'open' AND a.last_entry = 'released' THEN 'closed'
    WHEN a.outcome = 'open' THEN CASE WHEN CAST(to_unixtime(current_timestamp) * 1e3 AS bigint) > a.called_at_ms + 45000 + 900000 THEN 'lost' ELSE 'open' END
    WHEN a.outcome IN ('unknown', 'undelivered') THEN 'lost'
    ELSE 'closed'
  END AS answer
FROM attempts AS a
UNION ALL
SELECT
  'probe' AS kind,
  p.probe_id AS record_id,
  CAST(NULL AS bigint) AS attempt,
  p.probe_id AS session_name,
  p.tenant_id AS tenant_id,
  p.account_id AS account_id,
  CAST(NULL AS varchar) AS job,
  p.role_arn AS role_arn,
  p.made_by AS called_by,
  coalesce(p.called_at_ms, p.recorded_at_ms) AS called_at_ms,
  coalesce(p.called_at_ms, p.recorded_at_ms) + 120000 AS called_until_ms,
  p.access_key_id AS access_key_id,
  coalesce(p.answered_at_ms, p.called_at_ms) AS issued_at_ms,
  CASE
    WHEN p.called_at_ms IS NULL THEN 'closed'
    WHEN p.access_key_id IS NOT NULL THEN 'read'
    WHEN p.outcome = 'open' THEN CASE WHEN CAST(to_unixtime(current_timestamp) * 1e3 AS bigint) > p.called_at_ms + 120000 + 900000 THEN 'lost' ELSE 'open' END
    WHEN p.outcome IN ('unknown', 'undelivered') THEN 'lost'
    ELSE 'closed'
  END AS answer
FROM probes AS p
),
assume_role_records AS (
SELECT
  CAST(to_unixtime(try(from_iso8601_timestamp(t.eventtime))) * 1e3 AS bigint) AS event_ms,
  t.eventid AS event_id,
  t.requestid AS sts_request_id,
  t.recipientaccountid AS recipient_account_id,
  t.useridentity."sessioncontext"."sessionissuer"."arn" AS caller_role_arn,
  t.sourceipaddress AS source_ip_address,
  t.useragent AS user_agent,
  t.errorcode AS error_code,
  CASE
    WHEN t.errorcode IS NULL THEN json_extract_scalar(t.requestparameters, '$.roleArn')
    ELSE nullif(regexp_extract(t.errormessage, 'on resource: (arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576})', 1), '')
  END AS role_arn,
  json_extract_scalar(t.requestparameters, '$.roleSessionName') AS session_name,
  json_extract_scalar(t.requestparameters, '$.sourceIdentity') AS source_identity,
  json_extract_scalar(t.responseelements, '$.credentials.accessKeyId') AS access_key_id,
  json_extract_scalar(t.responseelements, '$.assumedRoleUser.assumedRoleId') AS assumed_role_id
FROM cloudtrail AS t
WHERE t.eventsource = 'sts.amazonaws.com'
  AND t.eventname = 'AssumeRole'
  AND t.useridentity."type" <> 'AWSService'
  AND t.useridentity."accountid" IS NOT NULL
),
assumptions AS (
SELECT
  CAST(from_unixtime(min(r.event_ms) / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS event_at,
  CASE WHEN max(r.error_code) IS NULL THEN 'allowed' ELSE 'denied' END AS outcome,
  max(r.session_name) AS session_name,
  r.role_arn AS role_arn,
  max(r.access_key_id) AS access_key_id,
  max(r.assumed_role_id) AS assumed_role_id,
  max(r.sts_request_id) AS sts_request_id,
  min_by(r.caller_role_arn, r.event_ms) FILTER (WHERE r.caller_role_arn IS NOT NULL) AS caller_role_arn,
  max(r.source_identity) AS source_identity,
  max(r.source_ip_address) AS source_ip_address,
  max(r.user_agent) AS user_agent,
  max(r.error_code) AS error_code,
  array_join(array_sort(array_agg(DISTINCT r.recipient_account_id) FILTER (WHERE r.recipient_account_id IS NOT NULL)), ', ') AS seen_in_accounts,
  min(r.event_ms) AS event_ms
FROM assume_role_records AS r
GROUP BY coalesce(r.access_key_id, r.sts_request_id), r.role_arn
HAVING min_by(r.caller_role_arn, r.event_ms) FILTER (WHERE r.caller_role_arn IS NOT NULL) IS NULL
  OR min_by(r.caller_role_arn, r.event_ms) FILTER (WHERE r.caller_role_arn IS NOT NULL) LIKE '%:role/credential-broker-dev-%'
),
trail_span AS (
SELECT
  CAST(to_unixtime(try(from_iso8601_timestamp(min(t.eventtime)))) * 1e3 AS bigint) AS from_ms,
  CAST(to_unixtime(try(from_iso8601_timestamp(max(t.eventtime)))) * 1e3 AS bigint) AS to_ms
FROM cloudtrail AS t
),
judged_sessions AS (
SELECT
  a.session_name AS announced_name,
  a.record_id AS record_id,
  a.attempt AS attempt,
  a.tenant_id AS tenant_id,
  a.account_id AS account_id,
  a.job AS job,
  a.answer AS answer,
  a.issued_at_ms AS issued_at_ms,
  a.role_arn AS announced_role_arn,
  a.access_key_id AS announced_key_id,
  s.session_name AS session_name,
  s.role_arn AS role_arn,
  s.access_key_id AS access_key_id,
  s.sts_request_id AS sts_request_id,
  s.caller_role_arn AS caller_role_arn,
  s.source_ip_address AS source_ip_address,
  s.event_ms AS event_ms,
  CASE
    WHEN s.event_ms IS NULL THEN CAST(NULL AS varchar)
    WHEN s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-issue-credentials' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-vend-credentials' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-verify-trust' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-decoy' THEN 'otherCaller'
    WHEN a.session_name IS NULL THEN 'nameUnknown'
    WHEN s.caller_role_arn NOT LIKE ('%:role/credential-broker-dev-' || a.called_by) THEN 'otherCaller'
    WHEN a.role_arn IS NULL OR s.role_arn <> a.role_arn THEN 'otherRole'
    WHEN a.answer = 'read' AND s.access_key_id = a.access_key_id THEN 'matched'
    WHEN a.answer = 'read' THEN 'otherKey'
    WHEN s.event_ms < a.called_at_ms - 31000 THEN 'outsideCall'
    WHEN s.event_ms > a.called_until_ms + 31000 THEN 'outsideCall'
    WHEN a.answer = 'open' THEN 'awaited'
    WHEN a.answer = 'closed' THEN 'noSessionMade'
    ELSE 'explained'
  END AS judgement
FROM announced AS a
FULL OUTER JOIN (SELECT * FROM assumptions WHERE outcome = 'allowed') AS s
  ON a.session_name = s.session_name
WHERE s.caller_role_arn IS NOT NULL
  OR a.session_name IS NOT NULL
),
settled_sessions AS (
SELECT
  j.*,
  CASE
    WHEN j.judgement = 'explained' AND row_number() OVER (
      PARTITION BY j.announced_name, j.judgement ORDER BY j.event_ms, j.access_key_id
    ) > 1 THEN 'secondSession'
    ELSE j.judgement
  END AS settled
FROM judged_sessions AS j
),
weighed_sessions AS (
SELECT
  s.*,
  max(CASE WHEN s.settled IN ('matched', 'explained', 'awaited') THEN 1 ELSE 0 END) OVER (PARTITION BY s.announced_name) AS shown,
  row_number() OVER (PARTITION BY s.announced_name ORDER BY s.event_ms) AS place
FROM settled_sessions AS s
),
recorded_calls AS (
SELECT e.sts_request_id, e.issuance_id AS record_id FROM trail_entries AS e WHERE e.sts_request_id IS NOT NULL
UNION
SELECT p.sts_request_id, p.probe_id FROM probes AS p WHERE p.sts_request_id IS NOT NULL
),
lost_denials AS (
SELECT s.sts_request_id, max(a.record_id) AS record_id
FROM assumptions AS s
JOIN announced AS a
  ON a.role_arn = s.role_arn
WHERE s.outcome = 'denied'
  AND a.answer = 'lost'
  AND s.caller_role_arn LIKE ('%:role/credential-broker-dev-' || a.called_by)
  AND s.event_ms >= a.called_at_ms - 31000
  AND s.event_ms <= a.called_until_ms + 31000
GROUP BY s.sts_request_id
),
session_verdicts AS (
SELECT
  CASE
    WHEN k.told = 'shown' AND w.settled IN ('matched', 'explained', 'awaited') THEN w.settled
    WHEN k.told = 'shown' THEN 'stray'
    WHEN w.answer <> 'read' THEN 'awaited'
    WHEN t.from_ms IS NULL OR w.issued_at_ms < t.from_ms THEN 'notCovered'
    WHEN t.to_ms - w.issued_at_ms > 3600000 THEN 'missing'
    ELSE 'awaited'
  END AS verdict,
  CASE WHEN k.told = 'shown' AND w.settled NOT IN ('matched', 'explained', 'awaited') THEN w.settled END AS why,
  CASE WHEN k.told = 'shown' THEN w.session_name ELSE w.announced_name END AS session_name,
  w.record_id AS record_id,
  w.attempt AS attempt,
  w.tenant_id AS tenant_id,
  w.account_id AS account_id,
  w.job AS job,
  CASE WHEN k.told = 'shown' THEN w.role_arn ELSE w.announced_role_arn END AS role_arn,
  CASE WHEN k.told = 'shown' THEN w.access_key_id ELSE w.announced_key_id END AS access_key_id,
  CASE WHEN k.told = 'shown' THEN w.sts_request_id ELSE CAST(NULL AS varchar) END AS sts_request_id,
  CASE WHEN k.told = 'shown' THEN w.caller_role_arn ELSE CAST(NULL AS varchar) END AS caller_role_arn,
  CASE WHEN k.told = 'shown' THEN w.source_ip_address ELSE CAST(NULL AS varchar) END AS source_ip_address,
  CAST(from_unixtime(CASE WHEN k.told = 'shown' THEN w.event_ms ELSE w.issued_at_ms END / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS happened_at
FROM weighed_sessions AS w
CROSS JOIN trail_span AS t
CROSS JOIN (VALUES ('shown'), ('announced')) AS k (told)
WHERE (k.told = 'shown' AND w.event_ms IS NOT NULL)
  OR (k.told = 'announced' AND w.announced_name IS NOT NULL AND w.shown = 0 AND w.place = 1 AND w.answer <> 'closed')
UNION ALL
SELECT
  CASE
    WHEN s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-issue-credentials' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-vend-credentials' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-verify-trust' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-decoy' THEN 'stray'
    WHEN k.record_id IS NOT NULL THEN 'matched'
    WHEN CAST(to_unixtime(current_timestamp) * 1e3 AS bigint) - s.event_ms <= 3600000 THEN 'awaited'
    WHEN l.record_id IS NOT NULL THEN 'explained'
    ELSE 'stray'
  END AS verdict,
  CASE
    WHEN s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-issue-credentials' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-vend-credentials' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-verify-trust' AND s.caller_role_arn NOT LIKE '%:role/credential-broker-dev-decoy' THEN 'otherCaller'
    WHEN k.record_id IS NULL AND l.record_id IS NULL AND NOT (CAST(to_unixtime(current_timestamp) * 1e3 AS bigint) - s.event_ms <= 3600000) THEN 'callUnknown'
  END AS why,
  CAST(NULL AS varchar) AS session_name,
  coalesce(k.record_id, l.record_id) AS record_id,
  CAST(NULL AS bigint) AS attempt,
  CAST(NULL AS varchar) AS tenant_id,
  CAST(NULL AS varchar) AS account_id,
  CAST(NULL AS varchar) AS job,
  s.role_arn AS role_arn,
  CAST(NULL AS varchar) AS access_key_id,
  s.sts_request_id AS sts_request_id,
  s.caller_role_arn AS caller_role_arn,
  s.source_ip_address AS source_ip_address,
  CAST(from_unixtime(s.event_ms / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS happened_at
FROM assumptions AS s
LEFT JOIN recorded_calls AS k
  ON k.sts_request_id = s.sts_request_id
LEFT JOIN lost_denials AS l
  ON l.sts_request_id = s.sts_request_id
WHERE s.outcome = 'denied'
  AND s.caller_role_arn IS NOT NULL
)
SELECT * FROM session_verdicts
