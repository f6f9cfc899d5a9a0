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
session_calls AS (
SELECT
  a.issuance_id AS issuance_id,
  a.attempt AS attempt,
  a.session_name AS session_name,
  a.tenant_id AS tenant_id,
  a.account_id AS account_id,
  a.job AS job,
  a.access_key_id AS access_key_id,
  t.eventsource AS service,
  t.eventname AS api_call,
  count(*) AS calls,
  count(t.errorcode) AS errors,
  count(CASE WHEN CAST(to_unixtime(try(from_iso8601_timestamp(t.eventtime))) * 1e3 AS bigint) > a.fence_ms THEN 1 END) AS after_fence,
  CAST(from_unixtime(min(CAST(to_unixtime(try(from_iso8601_timestamp(t.eventtime))) * 1e3 AS bigint)) / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS first_at,
  CAST(from_unixtime(max(CAST(to_unixtime(try(from_iso8601_timestamp(t.eventtime))) * 1e3 AS bigint)) / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS last_at,
  array_join(array_sort(array_agg(DISTINCT t.errorcode) FILTER (WHERE t.errorcode IS NOT NULL)), ', ') AS error_codes,
  array_join(array_sort(array_agg(DISTINCT t.sourceipaddress) FILTER (WHERE t.sourceipaddress IS NOT NULL)), ', ') AS source_addresses
FROM attempts AS a
JOIN cloudtrail AS t
  ON t.useridentity."accesskeyid" = a.access_key_id
GROUP BY a.issuance_id, a.attempt, a.session_name, a.tenant_id, a.account_id, a.job, a.access_key_id, t.eventsource, t.eventname
)
SELECT * FROM session_calls
