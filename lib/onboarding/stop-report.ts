import type { Job } from '../jobs/job.ts';
import { LIMITS } from '../ledger/issuance.ts';
import type { LiveSession, StopReport } from '../management/management-views.ts';
import type { SwitchedOff } from '../switches/switches.ts';
import type { TenantReading } from '../tenants/tenant.ts';
import type { Looked } from './end-open-issuances.ts';
import { renderRevocation } from './templates/render-cli.ts';
import { instantOf } from './templates/revoke-sessions.ts';

export type StopFacts = {
  readonly reading: TenantReading;
  readonly suspension: SwitchedOff;
  readonly looked: readonly Looked[];
  readonly catalogue: ReadonlyMap<string, Pick<Job, 'sessionSeconds'>>;
  readonly nowMs: number;
};

/** STS gives the session of a Lambda function's role no longer one: it is chained. Source: IAM User Guide. */
const LONGEST_SESSION_SECONDS = 3_600;
const UNKNOWN = 'unknown';

/** What a tenant's suspension could not end, how long that may last, and what the customer can do about it. Pure. */
export function stopReport(facts: StopFacts): StopReport {
  const { reading, suspension, looked, nowMs } = facts;
  const boundMs = boundOf(facts);
  const known = looked.flatMap((one) => liveSession(one, boundMs)).filter(({ endsByMs }) => endsByMs > nowMs);
  const alive = known.sort((one, other) => other.endsByMs - one.endsByMs);
  const lastSessionEndsByMs = Math.max(boundMs, ...alive.map(({ endsByMs }) => endsByMs));
  return {
    tenantId: reading.tenant.tenantId,
    sinceMs: suspension.sinceMs,
    revokedIssuances: looked.filter(({ outcome }) => outcome === 'revoked').length,
    alive,
    lastSessionEndsByMs,
    cutSooner: lastSessionEndsByMs > nowMs ? cutSooner(facts, alive) : [],
  };
}

/**
 * Whoever decided before the suspension calls STS within its lease at the latest: an invocation lasts 30 s, which also
 * leaves 15 s for the time that the switch took to be written. From then on a session lasts as long as its job says.
 */
function boundOf({ reading, suspension, looked, catalogue }: StopFacts): number {
  // Jobs that the tenant has no more may have run until a moment ago.
  const jobs = new Set([...reading.tenant.enabledJobs, ...looked.map(({ issuanceId }) => jobOf(issuanceId))]);
  const seconds = [...jobs].map((job) => catalogue.get(job)?.sessionSeconds ?? LONGEST_SESSION_SECONDS);
  return suspension.sinceMs + LIMITS.leaseMs + Math.max(0, ...seconds) * 1_000;
}

function liveSession(looked: Looked, boundMs: number): readonly LiveSession[] {
  const { issuanceId } = looked;
  if (looked.outcome === 'illegible') {
    const state = looked.outcome;
    return [{ accountId: UNKNOWN, job: jobOf(issuanceId), issuanceId, roleArn: UNKNOWN, state, endsByMs: boundMs }];
  }
  if (!('session' in looked)) return [];
  const { accountId, job, roleArn = UNKNOWN, state, fenceMs = boundMs } = looked.session;
  return [{ accountId, job, issuanceId, roleArn, state, endsByMs: fenceMs }];
}

function cutSooner({ reading, suspension }: StopFacts, alive: readonly LiveSession[]): StopReport['cutSooner'] {
  const ofAccounts = new Map<string, Set<string>>();
  for (const { accountId, roleArn } of [...reading.roles, ...alive.filter((session) => session.roleArn !== UNKNOWN)]) {
    const roleNames = ofAccounts.get(accountId) ?? new Set();
    ofAccounts.set(accountId, roleNames.add(roleArn.slice(roleArn.lastIndexOf('/') + 1)));
  }
  // IAM compares whole seconds, and "before" leaves out the second itself.
  const revokeBefore = instantOf(suspension.sinceMs + LIMITS.leaseMs + 1_999);
  return [...ofAccounts].map(([accountId, roleNames]) => ({
    accountId,
    command: renderRevocation([...roleNames].sort(), revokeBefore),
  }));
}

/** The job's name leads every issuance id. */
function jobOf(issuanceId: string): string {
  return issuanceId.split('.')[0] ?? '';
}
