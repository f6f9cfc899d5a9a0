import type { STSClient } from '@aws-sdk/client-sts';
import { type AssumeTenantRole, makeAssumeTenantRole } from '../broker/assume-tenant-role.ts';
import { utcDay } from '../ledger/issuance.ts';
import type { ProbeRole } from '../onboarding/trust/probe-role.ts';
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

/**
 * The decoy's session policy. Its role may do nothing but try roles, and this limits its sessions to that once more.
 */
const ONLY_ASSUME = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
});
const SESSION_SECONDS = 900;
/** How long a session must still last to be used for another verification. */
const MINIMUM_LEFT_MS = 300_000;

/**
 * Assumes the decoy: a role of ours that no customer is asked to trust, and that only verify-trust may assume. A
 * tenant's role that the decoy can assume is open to our whole account. Assuming the decoy is recorded as a probe too,
 * so that CloudTrail shows no call of ours that was not announced. One session serves all verifications of a quarter
 * of an hour, under the tenant of the first. Undefined when the decoy could not be assumed.
 */
export function makeDecoy(dependencies: DecoyDependencies): (tenantId: string) => Promise<ProbeRole | undefined> {
  let held: Promise<Session | undefined> = Promise.resolve(undefined);
  async function renewed(before: Promise<Session | undefined>, tenantId: string): Promise<Session | undefined> {
    const session = await before.catch(() => undefined);
    if (session !== undefined && session.expiresAtMs - dependencies.clock.nowMs() >= MINIMUM_LEFT_MS) return session;
    return assumeDecoy(tenantId, dependencies);
  }
  return async (tenantId) => {
    // One after the other, so that roles that are verified together share one session.
    held = renewed(held, tenantId);
    return (await held)?.probe;
  };
}

/** Holds no credentials but those inside its client. */
type Session = { readonly probe: ProbeRole; readonly expiresAtMs: number };

function sessionOf(credentials: Secret<SessionCredentials>, dependencies: DecoyDependencies): Session {
  const { clock, ids, probes, stsAs } = dependencies;
  const { expiresAtMs } = credentials.reveal();
  const assumeTenantRole = makeAssumeTenantRole({
    sts: stsAs(credentials.reveal()),
    clock,
    externalIdRequired: false,
  });
  credentials.forget();
  return { probe: makeProbe({ assumeTenantRole, probes, clock, ids, by: 'decoy' }), expiresAtMs };
}

async function assumeDecoy(tenantId: string, dependencies: DecoyDependencies): Promise<Session | undefined> {
  const { assumeTenantRole, probes, clock, ids, config } = dependencies;
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
  return assumption.outcome === 'assumed' ? sessionOf(assumption.credentials, dependencies) : undefined;
}
