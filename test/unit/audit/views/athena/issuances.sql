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
)
SELECT * FROM issuances
