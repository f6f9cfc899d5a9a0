WITH archive_changes AS (
SELECT * FROM "credential_broker_dev"."archive_changes" WHERE dt >= date_format(current_timestamp - interval '30' day, '%Y-%m-%d') AND dt <= date_format(current_timestamp - interval '0' day, '%Y-%m-%d')
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
issuances AS (
SELECT
  c.recordid AS issuance_id,
  c.record."requestid" AS request_id,
  c.record."tenantid" AS tenant_id,
  c.record."accountid" AS account_id,
  c.record."job" AS job,
  c.record."requester" AS requester,
  coalesce(c.record."delivery", 'job') AS delivery,
  CAST(from_unixtime(c.record."recordedatms" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS recorded_at,
  c.record."day" AS day,
  c.record."state" AS state,
  c.record."attempt" AS attempts,
  c.record."rolearn" AS role_arn,
  c.record."refusal"."reason" AS refusal_reason,
  c.record."refusal"."explanation" AS refusal_explanation,
  coalesce(c.record."code", c.record."report"."code") AS code,
  CAST(from_unixtime(c.record."claim"."atms" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS claimed_at,
  c.record."claim"."by" AS claimed_by,
  CAST(from_unixtime(c.record."report"."atms" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS reported_at,
  c.record."lastaccesskeyid" AS last_access_key_id,
  c.record."laststsrequestid" AS last_sts_request_id,
  CAST(from_unixtime(c.changedatms / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS changed_at,
  (c.change = 'REMOVE') AS is_removed
FROM newest_issuances AS c
),
requests AS (
SELECT
  c.recordid AS request_id,
  c.record."requester" AS requester,
  c.record."caller" AS caller,
  c.record."tenantid" AS tenant_id,
  c.record."job" AS job,
  CAST(from_unixtime(c.record."recordedatms" / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS recorded_at,
  c.record."day" AS day,
  c.record."decision" AS decision,
  c.record."refusal"."reason" AS refusal_reason,
  c.record."refusal"."explanation" AS refusal_explanation,
  c.record."reason" AS reason,
  cardinality(c.record."accountids") AS accounts,
  c.record."rerunof" AS rerun_of,
  c.record."idempotencykey" AS idempotency_key,
  c.record."origin"."kind" AS origin_kind,
  c.record."origin"."account" AS origin_account,
  c.record."origin"."source" AS origin_source,
  c.record."origin"."eventid" AS event_id,
  c.record."origin"."principalarn" AS principal_arn,
  (c.change = 'REMOVE') AS is_removed
FROM (
  SELECT
    a.*,
    row_number() OVER (
      PARTITION BY a.recordid ORDER BY length(a.sequencenumber) DESC, a.sequencenumber DESC
    ) AS newest
  FROM archive_changes AS a
  WHERE a.recordtype = 'request'
) AS c
WHERE c.newest = 1
),
refusals AS (
SELECT
  r.day AS day,
  'request' AS refused,
  r.refusal_reason AS reason,
  r.requester AS requester,
  r.job AS job,
  count(*) AS refusals,
  count(DISTINCT r.tenant_id) AS tenants
FROM requests AS r
WHERE r.decision = 'refused'
GROUP BY r.day, r.refusal_reason, r.requester, r.job
UNION ALL
SELECT
  r.day AS day,
  'issuance' AS refused,
  r.refusal_reason AS reason,
  r.requester AS requester,
  r.job AS job,
  count(*) AS refusals,
  count(DISTINCT r.tenant_id) AS tenants
FROM issuances AS r
WHERE r.state IN ('refused', 'revoked')
GROUP BY r.day, r.refusal_reason, r.requester, r.job
UNION ALL
SELECT
  c.record."day" AS day,
  'stranger' AS refused,
  CAST(NULL AS varchar) AS reason,
  c.record."name" AS requester,
  CAST(NULL AS varchar) AS job,
  CAST(sum(c.record."counted") AS bigint) AS refusals,
  count(DISTINCT c.tenantid) AS tenants
FROM (
  SELECT
    a.*,
    row_number() OVER (
      PARTITION BY a.recordid ORDER BY length(a.sequencenumber) DESC, a.sequencenumber DESC
    ) AS newest
  FROM archive_changes AS a
  WHERE a.recordtype = 'strangers'
) AS c
WHERE c.newest = 1
GROUP BY c.record."day", c.record."name"
)
SELECT * FROM refusals
