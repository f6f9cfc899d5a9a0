import { ARCHIVE_TABLE } from './archive-table.ts';
import { attribute, newestOf } from './newest-record.ts';
import { columns, type View } from './view.ts';

/** The views of records that are one row each: requests, issuances and probes, in their last state. */
export const recordViews: readonly View[] = [
  {
    name: 'newest_issuances',
    about: 'The newest line of each issuance.',
    reads: [ARCHIVE_TABLE],
    isPart: true,
    select: () => `SELECT c.recordid, c.change, c.changedatms, c.record\n${newestOf('issuance')}`,
  },
  {
    name: 'issuances',
    order: 'recorded_at DESC',
    about: 'Each issuance as it was last: who asked, for what, and what came of it.',
    reads: ['newest_issuances'],
    select: ({ dialect }) => `SELECT
${columns({
  issuance_id: 'c.recordid',
  request_id: attribute('requestId'),
  tenant_id: attribute('tenantId'),
  account_id: attribute('accountId'),
  job: attribute('job'),
  requester: attribute('requester'),
  delivery: `coalesce(${attribute('delivery')}, 'job')`,
  recorded_at: dialect.timeOfMs(attribute('recordedAtMs')),
  day: attribute('day'),
  state: attribute('state'),
  attempts: attribute('attempt'),
  role_arn: attribute('roleArn'),
  refusal_reason: attribute('refusal', 'reason'),
  refusal_explanation: attribute('refusal', 'explanation'),
  code: `coalesce(${attribute('code')}, ${attribute('report', 'code')})`,
  claimed_at: dialect.timeOfMs(attribute('claim', 'atMs')),
  claimed_by: attribute('claim', 'by'),
  reported_at: dialect.timeOfMs(attribute('report', 'atMs')),
  last_access_key_id: attribute('lastAccessKeyId'),
  last_sts_request_id: attribute('lastStsRequestId'),
  changed_at: dialect.timeOfMs('c.changedatms'),
  is_removed: "(c.change = 'REMOVE')",
})}
FROM newest_issuances AS c`,
  },
  {
    name: 'requests',
    order: 'recorded_at DESC',
    about: 'Each request: who asked for what, why, and what was decided.',
    reads: [ARCHIVE_TABLE],
    select: ({ dialect }) => `SELECT
${columns({
  request_id: 'c.recordid',
  requester: attribute('requester'),
  caller: attribute('caller'),
  tenant_id: attribute('tenantId'),
  job: attribute('job'),
  recorded_at: dialect.timeOfMs(attribute('recordedAtMs')),
  day: attribute('day'),
  decision: attribute('decision'),
  refusal_reason: attribute('refusal', 'reason'),
  refusal_explanation: attribute('refusal', 'explanation'),
  reason: attribute('reason'),
  accounts: dialect.countOf(attribute('accountIds')),
  rerun_of: attribute('rerunOf'),
  idempotency_key: attribute('idempotencyKey'),
  origin_kind: attribute('origin', 'kind'),
  origin_account: attribute('origin', 'account'),
  origin_source: attribute('origin', 'source'),
  event_id: attribute('origin', 'eventId'),
  principal_arn: attribute('origin', 'principalArn'),
  is_removed: "(c.change = 'REMOVE')",
})}
${newestOf('request')}`,
  },
  {
    name: 'probes',
    order: 'recorded_at DESC',
    about: 'Each probe of a role: what it tried, and what STS answered.',
    reads: [ARCHIVE_TABLE],
    select: ({ dialect }) => `SELECT
${columns({
  probe_id: 'c.recordid',
  tenant_id: attribute('tenantId'),
  account_id: attribute('accountId'),
  role_arn: attribute('roleArn'),
  probe: attribute('probe'),
  made_by: attribute('by'),
  outcome: attribute('outcome'),
  code: attribute('code'),
  recorded_at: dialect.timeOfMs(attribute('recordedAtMs')),
  recorded_at_ms: attribute('recordedAtMs'),
  called_at_ms: attribute('calledAtMs'),
  answered_at_ms: attribute('answeredAtMs'),
  access_key_id: attribute('lastAccessKeyId'),
  sts_request_id: attribute('lastStsRequestId'),
})}
${newestOf('probe')}`,
  },
];
