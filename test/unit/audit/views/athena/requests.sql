WITH archive_changes AS (
SELECT * FROM "credential_broker_dev"."archive_changes" WHERE dt >= date_format(current_timestamp - interval '30' day, '%Y-%m-%d') AND dt <= date_format(current_timestamp - interval '0' day, '%Y-%m-%d')
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
)
SELECT * FROM requests
