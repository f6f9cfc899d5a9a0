import type { Job } from '../jobs/job.ts';
import { LIMITS } from '../ledger/issuance.ts';
import type { LiveSession, StopReport } from '../management/management-views.ts';
import type { SwitchedOff } from '../switches/switches.ts';
import type { TenantReading } from '../tenants/tenant.ts';
import type { ExaminedIssuance } from './end-open-issuances.ts';
import { renderRevocation } from './templates/render-cli.ts';
import { instantOf } from './templates/revoke-sessions.ts';

export type StopFacts = {
  readonly reading: TenantReading;
  readonly suspension: SwitchedOff;
  readonly examined: readonly ExaminedIssuance[];
  readonly catalogue: ReadonlyMap<string, Pick<Job, 'sessionSeconds'>>;
  readonly nowMs: number;
};

/** The longest session that a Lambda function's role can get, because it is role chaining. Source: IAM User Guide. */
const LONGEST_SESSION_SECONDS = 3_600;
const UNKNOWN = 'unknown';

/** What a tenant's suspension could not end, how long that may last, and what the customer can do about it. Pure. */
export function stopReport(facts: StopFacts): StopReport {
  const { reading, suspension, examined, nowMs } = facts;
  const boundMs = boundOf(facts);
  const known = examined.flatMap((one) => liveSession(one, boundMs)).filter(({ endsByMs }) => endsByMs > nowMs);
  const alive = known.sort((one, other) => other.endsByMs - one.endsByMs);
  const lastSessionEndsByMs = Math.max(boundMs, ...alive.map(({ endsByMs }) => endsByMs));
  return {
    tenantId: reading.tenant.tenantId,
    sinceMs: suspension.sinceMs,
    revokedIssuances: examined.filter(({ outcome }) => outcome === 'revoked').length,
    alive,
    lastSessionEndsByMs,
    cutSooner: lastSessionEndsByMs > nowMs ? cutSooner(facts, alive) : [],
  };
}

/**
 * When the last session ends that a decision before the suspension could still lead to. Such a decision calls STS
 * within its lease: an invocation lasts 30 s, and the other 15 s allow for the write of the switch. From then on a
 * session lasts as long as its job says.
 */
function boundOf({ reading, suspension, examined, catalogue }: StopFacts): number {
  // Jobs that the tenant no longer has enabled may have run until a moment ago.
  const jobs = new Set([...reading.tenant.enabledJobs, ...examined.map(({ issuanceId }) => jobOf(issuanceId))]);
  const seconds = [...jobs].map((job) => catalogue.get(job)?.sessionSeconds ?? LONGEST_SESSION_SECONDS);
  return suspension.sinceMs + LIMITS.leaseMs + Math.max(0, ...seconds) * 1_000;
}

function liveSession(examined: ExaminedIssuance, boundMs: number): readonly LiveSession[] {
  const { issuanceId } = examined;
  if (examined.outcome === 'illegible') {
    const state = examined.outcome;
    return [{ accountId: UNKNOWN, job: jobOf(issuanceId), issuanceId, roleArn: UNKNOWN, state, endsByMs: boundMs }];
  }
  if (!('session' in examined)) return [];
  const { accountId, job, roleArn = UNKNOWN, state, fenceMs = boundMs } = examined.session;
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

/** The job, whose name every issuance id begins with. */
function jobOf(issuanceId: string): string {
  return issuanceId.split('.')[0] ?? '';
}
