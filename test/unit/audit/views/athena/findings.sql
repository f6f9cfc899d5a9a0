WITH archive_changes AS (
SELECT * FROM "credential_broker_dev"."archive_changes" WHERE dt >= date_format(current_timestamp - interval '30' day, '%Y-%m-%d') AND dt <= date_format(current_timestamp - interval '0' day, '%Y-%m-%d')
),
findings AS (
SELECT DISTINCT
  CAST(from_unixtime(c.changedatms / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS changed_at,
  f."finding" AS finding,
  f."explanation" AS explanation,
  c.change AS change_kind,
  c.recordtype AS record_type,
  c.recordid AS record_id,
  c.tenantid AS tenant_id,
  c.accountid AS account_id,
  c.job AS job,
  c.changeid AS change_id
FROM archive_changes AS c
CROSS JOIN UNNEST(c.findings) AS f ("finding", "explanation")
)
SELECT * FROM findings
