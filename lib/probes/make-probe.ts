import type { AssumeTenantRole, Assumption } from '../broker/assume-tenant-role.ts';
import { BrokerError } from '../errors.ts';
import type { ProbeOrder, ProbeResult, ProbeRole } from '../onboarding/trust/probe-role.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { ProbeLedger } from './probe-ledger.ts';
import { closedProbe, openProbe, type ProbeRecord, probeResultOf } from './probe-record.ts';

export type ProbeDependencies = {
  /** Made with `externalIdRequired: false` when some of the probes must have no external ID. */
  readonly assumeTenantRole: AssumeTenantRole;
  readonly probes: Pick<ProbeLedger, 'open' | 'start' | 'close' | 'read'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'uuid'>;
  /** The name of the function that makes the call. */
  readonly by: string;
};

/** The session policy of a probe: its session may do nothing at all, whatever the role allows. */
export const DENY_ALL_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});
/** The shortest session that STS makes. Source: STS API Reference, AssumeRole. */
const SESSION_SECONDS = 900;

/** Makes probes one by one. Each is recorded, then called once, and then its outcome is recorded. */
export function makeProbe({ assumeTenantRole, probes, clock, ids, by }: ProbeDependencies): ProbeRole {
  return async (order) => {
    const nowMs = clock.nowMs();
    const record = { ...openProbe(order, { by, ids, nowMs }), calledAtMs: nowMs };
    if (!(await probes.open(record))) throw new BrokerError('internal', 'the id of a new probe was taken');
    return call(record, order, { assumeTenantRole, probes, clock });
  };
}

export type RecordedProbe = Omit<ProbeOrder, 'probe'> & { readonly probeId: string };

/**
 * Makes a probe that another function recorded and ordered from this one (`by`). Undefined, without a call, when there
 * is no such open record for this role and this function, or when its one call was made before.
 */
export function makeRecordedProbe({
  assumeTenantRole,
  probes,
  clock,
  by,
}: Omit<ProbeDependencies, 'ids'>): (order: RecordedProbe) => Promise<ProbeResult | undefined> {
  return async (order) => {
    const record = await probes.read(order.probeId);
    if (record === undefined || record.outcome !== 'open' || !isOf(record, order) || record.by !== by) return undefined;
    const calledAtMs = clock.nowMs();
    if (!(await probes.start(record, calledAtMs))) return undefined;
    return call({ ...record, calledAtMs }, order, { assumeTenantRole, probes, clock });
  };
}

function isOf(record: ProbeRecord, { tenantId, accountId, roleArn }: RecordedProbe): boolean {
  return record.tenantId === tenantId && record.accountId === accountId && record.roleArn === roleArn;
}

/** Nothing of an error is kept, because it may hold what a broken answer held. */
const LOST: Assumption = { outcome: 'unknown', code: 'sts.outcomeUnknown' };

/** Drops the credentials before anything else is done, without looking at them. */
async function call(
  record: ProbeRecord,
  { externalId }: Pick<ProbeOrder, 'externalId'>,
  { assumeTenantRole, probes, clock }: Pick<ProbeDependencies, 'assumeTenantRole' | 'probes' | 'clock'>,
): Promise<ProbeResult> {
  const assumption = await assumeTenantRole({
    roleArn: record.roleArn,
    sessionName: record.recordId,
    externalId,
    durationSeconds: SESSION_SECONDS,
    policy: DENY_ALL_POLICY,
    ...besides(record),
  }).catch(() => LOST);
  if (assumption.outcome === 'assumed') assumption.credentials.forget();
  const closed = closedProbe(record, assumption, clock.nowMs());
  if (!(await probes.close(closed))) throw new BrokerError('internal', 'a probe was closed with another outcome');
  return probeResultOf(closed);
}

/** The session tags and the source identity of a job's session, each in a probe of its own. */
function besides({ probe, tenantId, recordId }: ProbeRecord) {
  if (probe === 'sessionTags') return { tags: { TenantId: tenantId, Job: 'probe', IssuanceId: recordId } };
  return probe === 'sourceIdentity' ? { sourceIdentity: recordId } : {};
}
