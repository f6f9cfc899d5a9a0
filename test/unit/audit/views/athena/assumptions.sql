WITH cloudtrail AS (
SELECT "eventversion", "useridentity", "eventtime", "eventsource", "eventname", "awsregion", "sourceipaddress", "useragent", "errorcode", "errormessage", regexp_replace("requestparameters", '"externalId"\s*:\s*"[^"]*"', '"externalId":null') AS "requestparameters", regexp_replace("responseelements", '"sessionToken"\s*:\s*"[^"]*"', '"sessionToken":null') AS "responseelements", "additionaleventdata", "requestid", "eventid", "readonly", "resources", "eventtype", "apiversion", "recipientaccountid", "serviceeventdetails", "sharedeventid", "vpcendpointid", "eventcategory", "tlsdetails", dt FROM "credential_broker_dev"."cloudtrail" WHERE dt >= replace(date_format(current_timestamp - interval '30' day, '%Y-%m-%d'), '-', '/') AND dt <= replace(date_format(current_timestamp - interval '0' day, '%Y-%m-%d'), '-', '/')
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
)
SELECT * FROM assumptions
