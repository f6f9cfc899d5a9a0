WITH archive_changes AS (
SELECT * FROM "credential_broker_dev"."archive_changes" WHERE dt >= date_format(current_timestamp - interval '30' day, '%Y-%m-%d') AND dt <= date_format(current_timestamp - interval '0' day, '%Y-%m-%d')
),
changes AS (
SELECT
  c.change AS change_kind,
  c.recordtype AS record_type,
  c.recordid AS record_id,
  c.tenantid AS tenant_id,
  c.accountid AS account_id,
  c.job AS job,
  CAST(from_unixtime(c.changedatms / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS changed_at,
  c.sequencenumber AS sequence_number,
  c.changeid AS change_id,
  cardinality(c.findings) AS findings,
  c.record AS record
FROM (
  SELECT a.*, row_number() OVER (PARTITION BY a.changeid ORDER BY a.dt) AS copy
  FROM archive_changes AS a
) AS c
WHERE c.copy = 1
)
SELECT * FROM changes
