import type { RefusalReason } from '../errors.ts';
import { deliversTo, type Job } from '../jobs/job.ts';
import { isReplayAllowed, type ReplayWindow } from '../switches/replay-window.ts';
import type { SwitchedOff } from '../switches/switches.ts';
import type { TenantReading } from '../tenants/tenant.ts';
import { type AccountDecision, type AccountRules, decideAccount } from './decide-account.ts';
import type { Refusal, RequestDetail, RequestOrigin } from './request.ts';
import { isBound, type Requester } from './requester.ts';

/** The rules of a deployment that every decision applies. */
export type DecisionRules = AccountRules & {
  readonly maximumAgeMs: number;
  readonly maximumFutureMs: number;
  readonly maximumHops: number;
};

export type DecisionFacts = {
  readonly detail: Pick<RequestDetail, 'tenantId' | 'job' | 'accountIds' | 'hops'>;
  /** Undefined for a stranger. */
  readonly requester: Requester | undefined;
  /** Undefined for a job that is not in the catalogue. */
  readonly job: Job | undefined;
  /** Undefined when there is no such tenant. */
  readonly reading: TenantReading | undefined;
  readonly switchedOff: readonly SwitchedOff[];
  /** The limit that the requester is over with this tenant: distinct tenants in an hour. */
  readonly breadthExceeded?: number;
  /** When events of replays are taken; looked up for such an event only. */
  readonly replay?: ReplayWindow;
  /** `caller`: whoever asks is to be given the session. Left out, the job's function gets it. */
  readonly delivery?: 'caller';
};

/**
 * The decision on a request that has just come in: the accounts that it means, each of which is decided by itself
 * later.
 */
export type RequestDecision =
  | { readonly allowed: true; readonly accountIds: readonly string[] }
  | { readonly allowed: false; readonly refusal: Refusal };

export type Decision = { readonly allowed: true; readonly accounts: readonly AccountDecision[] } | Refused;
type Refused = Extract<RequestDecision, { allowed: false }>;

type Check = Refusal | undefined;
type Arrived = { readonly origin: RequestOrigin; readonly nowMs: number };

/**
 * Decides whether a request that has just come in is allowed, and for which accounts. Pure. When several reasons speak
 * against it, the first in this order is given, so that a requester that is not bound learns nothing beyond that.
 */
export function decideRequest(facts: DecisionFacts & Arrived, rules: DecisionRules): RequestDecision {
  const refusal =
    checkBinding(facts) ??
    checkReplay(facts) ??
    checkAge(facts, rules) ??
    checkHops(facts, rules) ??
    checkBreadth(facts);
  if (refusal !== undefined) return { allowed: false, refusal };
  const allowed = whatHoldsNow(facts);
  return allowed.allowed ? { allowed: true, accountIds: allowed.accountIds } : allowed;
}

/**
 * Decides an allowed request again, by the facts that hold now: each issuance and each later attempt is decided by the
 * very facts it is made from. The age is not checked again, because the request was in time when it came.
 */
export function decideAgain(facts: DecisionFacts, rules: DecisionRules): Decision {
  const allowed = whatHoldsNow(facts);
  if (!allowed.allowed) return allowed;
  const { accountIds, job, reading } = allowed;
  return {
    allowed: true,
    accounts: accountIds.map((accountId) => decideAccount({ accountId, job, reading }, rules)),
  };
}

type HoldsNow = {
  readonly allowed: true;
  readonly accountIds: readonly string[];
  readonly job: Job;
  readonly reading: TenantReading;
};

/** The checks that are made whenever a request is decided, and the accounts that it means. */
function whatHoldsNow(facts: DecisionFacts): HoldsNow | Refused {
  const refusal = checkBinding(facts) ?? checkJob(facts) ?? checkSwitches(facts) ?? checkTenant(facts);
  if (refusal !== undefined) return { allowed: false, refusal };
  const { job, reading } = facts;
  if (job === undefined || reading === undefined) return no('tenant.unknown', 'there is nothing to decide on');
  const accountIds = facts.detail.accountIds ?? [...new Set(reading.roles.map((role) => role.accountId))].sort();
  if (accountIds.length === 0) return no('account.none', 'the tenant has connected no account');
  return { allowed: true, accountIds, job, reading };
}

function checkBinding({ requester, detail }: DecisionFacts): Check {
  if (requester === undefined) {
    const known = 'no requester is declared for this account and source, principal or alias';
    return because('requester.notAllowed', `${known}, or more than one is`);
  }
  if (isBound(requester, detail)) return undefined;
  return because('requester.notAllowed', `requester ${requester.name} is not bound to this tenant and job`);
}

function checkReplay({ origin, replay, nowMs }: DecisionFacts & Arrived): Check {
  const isReplay = origin.kind === 'event' && origin.replayName !== undefined;
  if (!isReplay || isReplayAllowed(replay, nowMs)) return undefined;
  return because('request.replayed', 'the event comes from a replay; none is allowed now');
}

function checkAge({ origin, nowMs }: Arrived, { maximumAgeMs, maximumFutureMs }: DecisionRules): Check {
  const ageMs = nowMs - origin.timeMs;
  // In this form a time that is NaN is refused too.
  if (!(ageMs <= maximumAgeMs)) {
    return because('request.tooOld', `the request is ${seconds(ageMs)} s old; the limit is ${seconds(maximumAgeMs)} s`);
  }
  if (!(ageMs >= -maximumFutureMs)) {
    return because(
      'request.fromFuture',
      `the request is ${seconds(-ageMs)} s ahead; the limit is ${seconds(maximumFutureMs)} s`,
    );
  }
  return undefined;
}

function checkBreadth({ breadthExceeded, requester }: DecisionFacts): Check {
  if (breadthExceeded === undefined) return undefined;
  const limit = `${breadthExceeded} tenants an hour`;
  return because('requester.breadthExceeded', `requester ${requester?.name} may ask for ${limit}; this is one more`);
}

function checkHops({ detail }: DecisionFacts, { maximumHops }: DecisionRules): Check {
  const hops = detail.hops ?? 0;
  return hops <= maximumHops ? undefined : because('request.hopLimit', `${hops} hops; the limit is ${maximumHops}`);
}

function checkJob({ job, delivery }: DecisionFacts): Check {
  if (job === undefined) return because('job.unknown', 'no job of the catalogue has this name');
  if (delivery === undefined || deliversTo(job, delivery)) return undefined;
  return because('job.notForCallers', `the catalogue does not let sessions of ${job.name} out to callers`);
}

function checkSwitches({ switchedOff }: DecisionFacts): Check {
  const [first] = switchedOff;
  if (first === undefined) return undefined;
  const since = `since ${new Date(first.sinceMs).toISOString()}`;
  if (first.switchId.startsWith('tenant#')) return because('tenant.suspended', `the tenant is suspended ${since}`);
  return because('switch.off', `${first.switchId.replace('#', ' ')} is off ${since}`);
}

function checkTenant({ reading, detail }: DecisionFacts): Check {
  if (reading === undefined) return because('tenant.unknown', 'no tenant has this id');
  const { tenant } = reading;
  // The tenant that was read must be the one that was asked for, whatever the table answered.
  if (tenant.tenantId !== detail.tenantId)
    return because('tenant.unknown', 'the registry answered with another tenant');
  if (tenant.status === 'migrating') {
    const command = `broker tenants migrate ${tenant.tenantId}`;
    return because('tenant.migrating', `nothing is brokered for it until \`${command}\` has moved it to a role`);
  }
  if (tenant.status === 'offboarded') return because('tenant.offboarded', 'the tenant has left');
  if (!tenant.enabledJobs.includes(detail.job))
    return because('job.notEnabled', 'the job is not enabled for the tenant');
  return undefined;
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1000);
}

function because(reason: RefusalReason, explanation: string): Refusal {
  return { reason, explanation };
}

function no(reason: RefusalReason, explanation: string): Refused {
  return { allowed: false, refusal: because(reason, explanation) };
}
