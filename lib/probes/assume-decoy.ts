import type { STSClient } from '@aws-sdk/client-sts';
import { type AssumeTenantRole, makeAssumeTenantRole } from '../broker/assume-tenant-role.ts';
import { utcDay } from '../broker/issuance.ts';
import type { ProbeRole } from '../onboarding/probe-role.ts';
import type { Clock } from '../platform/clock.ts';
import { derivedId, type Ids } from '../platform/ids.ts';
import { probeRecordId } from '../platform/table-keys.ts';
import type { SessionCredentials } from '../sealing/envelope.ts';
import type { Secret } from '../sealing/secret.ts';
import { makeProbe } from './make-probe.ts';
import type { ProbeLedger } from './probe-ledger.ts';
import { closedProbe, type ProbeRecord } from './probe-record.ts';

export type DecoyDependencies = {
  /** As the role of verify-trust, made with `externalIdRequired: false`. */
  readonly assumeTenantRole: AssumeTenantRole;
  /** A client of STS in the home region with these credentials: one HTTP call a command. */
  readonly stsAs: (credentials: SessionCredentials) => STSClient;
  readonly probes: ProbeLedger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly config: { readonly decoyRoleArn: string; readonly brokerAccountId: string };
};

/** The decoy may do nothing but try roles, and its sessions are held to that once more. */
const ONLY_ASSUME = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
});
const SESSION_SECONDS = 900;
/** What must be left of a session for another verification. */
const MINIMUM_LEFT_MS = 300_000;

/**
 * Becomes the decoy: a role of ours that no customer is asked to trust, and that nothing but verify-trust may become. A
 * tenant's role that opens to it opens to our whole account. Its own assumption is on record as a probe, so that
 * CloudTrail shows none that nobody announced. Undefined: it could not be assumed.
 */
export function makeDecoy(dependencies: DecoyDependencies): (tenantId: string) => Promise<ProbeRole | undefined> {
  const { clock, ids, probes, stsAs } = dependencies;
  let held: Secret<SessionCredentials> | undefined;
  return async (tenantId) => {
    if (held === undefined || held.reveal().expiresAtMs - clock.nowMs() < MINIMUM_LEFT_MS) {
      held = await assumeDecoy(tenantId, dependencies);
    }
    if (held === undefined) return undefined;
    const assumeTenantRole = makeAssumeTenantRole({ sts: stsAs(held.reveal()), clock, externalIdRequired: false });
    return makeProbe({ assumeTenantRole, probes, clock, ids, by: 'decoy' });
  };
}

async function assumeDecoy(
  tenantId: string,
  { assumeTenantRole, probes, clock, ids, config }: DecoyDependencies,
): Promise<Secret<SessionCredentials> | undefined> {
  const nowMs = clock.nowMs();
  const record: ProbeRecord = {
    recordId: probeRecordId(derivedId(['probe', ids.uuid()])),
    recordType: 'probe',
    tenantId,
    accountId: config.brokerAccountId,
    roleArn: config.decoyRoleArn,
    probe: 'assumeDecoy',
    by: 'verify-trust',
    recordedAtMs: nowMs,
    calledAtMs: nowMs,
    day: utcDay(nowMs),
    outcome: 'open',
  };
  if (!(await probes.open(record))) return undefined;
  const assumption = await assumeTenantRole({
    roleArn: config.decoyRoleArn,
    sessionName: record.recordId,
    durationSeconds: SESSION_SECONDS,
    policy: ONLY_ASSUME,
  });
  await probes.close(closedProbe(record, assumption, clock.nowMs()));
  return assumption.outcome === 'assumed' ? assumption.credentials : undefined;
}
