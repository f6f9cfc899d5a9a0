WITH archive_changes AS (
SELECT * FROM "credential_broker_dev"."archive_changes" WHERE dt >= date_format(current_timestamp - interval '30' day, '%Y-%m-%d') AND dt <= date_format(current_timestamp - interval '0' day, '%Y-%m-%d')
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
)
SELECT * FROM probes
