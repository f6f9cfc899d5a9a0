import type { AssumeTenantRole, Assumption } from '../broker/assume-tenant-role.ts';
import { BrokerError, type ErrorCode } from '../errors.ts';
import { makeBreadth } from './breadth.ts';
import { type Breaker, type BreakerReading, makeBreaker, type Probe } from './breaker.ts';
import { callCeiling } from './call-ceiling.ts';
import type { LimitSettings } from './limit-settings.ts';
import type { LimitsDependencies } from './limits-dependencies.ts';
import { makeRates, type RatePermit } from './rates.ts';
import { makeStsShare, type TakenShare } from './sts-share.ts';

/** The limits of the pipeline. Nothing here decides who may ask: it says when, and how much. */
export type Limits = {
  /**
   * The limit that holds the work back, as far as this process knows it without a call. Checked before `acquire`, so
   * that nothing is read for a message that is held back, and a flood costs next to nothing.
   */
  knownHeldBack(workload: Workload): HeldBack | undefined;
  /**
   * Acquires a permit for the work, in one round trip. Counters that cannot be read or written let everybody through,
   * and the log says so: their loss must not stop the broker. The breaker is different: throws `store.*` when it
   * cannot be read.
   */
  acquire(workload: Workload): Promise<Permit>;
  /**
   * May the requester ask for this tenant in this hour? Throws `store.*`: what cannot be counted is not let through.
   */
  isWithinBreadth(asked: BreadthAsked): Promise<boolean>;
  /** The one call to STS, watched: most of them failing opens the breaker. */
  watching(assume: AssumeTenantRole): AssumeTenantRole;
};

export type Workload = {
  readonly tenantId: string;
  /** Absent for what goes on with a request that was counted before. */
  readonly requester?: { readonly name: string; readonly requestsPerMinute?: number | undefined };
  /** AssumeRole calls that it will take, as far as that is known yet. */
  readonly calls: number;
};

export type BreadthAsked = {
  readonly requester: string;
  readonly tenantId: string;
  /** Distinct tenants an hour. */
  readonly limit: number;
  /** When the request came in, as AWS stamps it; left out, it comes in now. */
  readonly arrivedAtMs?: number | undefined;
};

export type Permit = {
  /** The limit that holds the work back; there is nothing to release then. */
  readonly heldBack?: HeldBack;
  /** To be called when the work is over, or is put off. Never throws. */
  release(how: PermitUse): Promise<void>;
};

export type PermitUse = {
  /** AssumeRole calls that were made. */
  readonly calls: number;
  /** The message goes back to the queue, and will need a permit again. */
  readonly goesBack: boolean;
};

export type HeldBack = { readonly code: ErrorCode; readonly explanation: string };

export function makeLimits(dependencies: LimitsDependencies, settings: LimitSettings): Limits {
  const { log } = dependencies;
  const share = makeStsShare(dependencies);
  const breaker = makeBreaker({ ...dependencies, share });
  const rates = makeRates(dependencies, settings);
  const breadth = makeBreadth(dependencies);

  /** Gives `UNREADABLE` when the counters cannot be used: nobody is held back for that. */
  async function unlessUnreadable<Answer>(ask: Promise<Answer>): Promise<Answer | symbol> {
    try {
      return await ask;
    } catch (error) {
      const code = error instanceof BrokerError ? error.code : 'internal';
      log.transition({ transition: 'limits.unreadable', code });
      return UNREADABLE;
    }
  }

  async function takeAll({ tenantId, requester, calls }: Workload): Promise<Taken> {
    const requestsPerMinute = requester?.requestsPerMinute;
    const [tenant, asker, sts] = await Promise.all([
      unlessUnreadable(rates.acquireForTenant(tenantId, { requests: requester === undefined ? 0 : 1, calls })),
      requester === undefined || requestsPerMinute === undefined
        ? NOT_ASKED
        : unlessUnreadable(rates.acquireForRequester(requester.name, requestsPerMinute)),
      unlessUnreadable(share.take(calls, callCeiling(breaker.usualPerSecond(), settings.stsCallsPerSecond))),
    ]);
    return { tenant, asker, sts };
  }

  async function giveBack({ tenant, asker, sts }: Taken, how: PermitUse): Promise<void> {
    await Promise.all([
      isTaken(tenant) ? unlessUnreadable(tenant.release(how)) : undefined,
      isTaken(asker) ? unlessUnreadable(asker.release(how)) : undefined,
      isTaken(sts) ? unlessUnreadable(sts.settle(how.calls)) : undefined,
    ]);
  }

  async function release(taken: Taken, { probe }: Through, how: PermitUse): Promise<void> {
    await Promise.all([giveBack(taken, how), how.calls === 0 ? probe?.unused() : undefined]);
  }

  return {
    isWithinBreadth: (asked) => breadth.within(asked),

    knownHeldBack(workload) {
      if (breaker.known()?.state === 'open') return BROKEN;
      if (share.isUsedUp()) return SHARE_USED_UP;
      const { tenantId, requester } = workload;
      if (rates.isTenantFull(tenantId)) return tenantIsFull(tenantId);
      return requester && rates.isRequesterFull(requester.name) ? requesterIsFull(requester.name) : undefined;
    },

    async acquire(workload) {
      const taking = takeAll(workload);
      try {
        const [reading, taken] = await Promise.all([breaker.look(), taking]);
        const held = whatHolds(taken, workload);
        const way = held ? { heldBack: held } : await wayThrough(reading, breaker);
        if (!('heldBack' in way)) return { release: (how) => release(taken, way, how) };
        await giveBack(taken, NOT_NOW);
        // A message was held back at the ceiling of the recovery, so the recovery is not over.
        if (taken.sts === undefined && reading.usualPerSecond !== undefined) await breaker.pressed();
        return { ...way, release: nothingTaken };
      } catch (error) {
        await giveBack(await taking, NOT_NOW);
        throw error;
      }
    },

    watching: (assume) => async (input) => {
      const assumption = await assume(input);
      await breaker.note(isOutage(assumption) ? 'failed' : 'answered');
      return assumption;
    },
  };
}

const NOT_NOW: PermitUse = { calls: 0, goesBack: true };
const UNREADABLE = Symbol('unreadable');
const NOT_ASKED = Symbol('not asked');

type Taken = {
  readonly tenant: RatePermit | undefined | symbol;
  readonly asker: RatePermit | undefined | symbol;
  readonly sts: TakenShare | undefined | symbol;
};

function isTaken<Answer extends object>(answer: Answer | undefined | symbol): answer is Answer {
  return typeof answer === 'object';
}

function whatHolds({ tenant, asker, sts }: Taken, { tenantId, requester }: Workload): HeldBack | undefined {
  if (tenant === undefined) return tenantIsFull(tenantId);
  if (asker === undefined) return requesterIsFull(requester?.name ?? '');
  return sts === undefined ? SHARE_USED_UP : undefined;
}

function tenantIsFull(tenantId: string): HeldBack {
  return { code: 'tenant.rateLimited', explanation: `tenant ${tenantId} has its share for now` };
}

function requesterIsFull(name: string): HeldBack {
  return { code: 'requester.rateLimited', explanation: `requester ${name} has its share for now` };
}

const SHARE_USED_UP: HeldBack = { code: 'sts.heldBack', explanation: 'the calls to STS of this second are used up' };
const BROKEN: HeldBack = { code: 'sts.heldBack', explanation: 'most of the last calls to STS failed' };

/** `probe`: given when the breaker is not closed, and this message is let through to try. */
type Through = { readonly probe?: Probe };

async function wayThrough(
  reading: BreakerReading,
  breaker: Breaker,
): Promise<Through | { readonly heldBack: HeldBack }> {
  if (reading.state === 'closed') return {};
  const probe = reading.state === 'halfOpen' ? await breaker.probe() : undefined;
  return probe === undefined ? { heldBack: BROKEN } : { probe };
}

/** Whether STS was busy, broken or silent. A denial is an answer, and so is an error about our own credentials. */
function isOutage(assumption: Assumption): boolean {
  const { outcome } = assumption;
  if (outcome === 'unavailable') return assumption.code === 'sts.unavailable';
  return outcome === 'unknown' && assumption.code === 'sts.outcomeUnknown';
}

async function nothingTaken(): Promise<void> {
  // There is nothing to give back.
}
