/** Gives up an issuance before its lease runs out, and says when the sweeper is to look at it again. */
import type { ErrorCode } from '../errors.ts';
import type { IssuanceIn } from '../ledger/issuance.ts';
import { type Release, released } from '../ledger/issuance-transitions.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/** An error with which STS answered a call: our code for it, and the id under which AWS knows the call. */
export type StsError = { readonly code: ErrorCode; readonly stsRequestId?: string };

type ReleaseDependencies = Pick<BrokerDependencies, 'clock' | 'ledger'>;

/** For an answer that made no session: the sweeper hands the issuance back for another call of the same attempt. */
export async function releaseForAnotherCall(
  issuance: IssuanceIn<'intended'>,
  { code, ...request }: StsError,
  broker: ReleaseDependencies,
): Promise<void> {
  const atMs = broker.clock.nowMs();
  const retryAtMs = atMs + retryDelayMs(issuance.call);
  const release: Release = { code, resume: 'call', outcome: 'open', retryAtMs, session: request };
  await broker.ledger.advance(issuance, released(issuance, release, atMs));
}

/**
 * For a lost or unusable answer. With a session that must not be used, the attempt ends as `undelivered`; without one,
 * as `unknown`, because nobody can say whether STS made a session.
 */
export async function releaseUnknown(
  issuance: IssuanceIn<'intended'>,
  assumption: Extract<Assumption, { outcome: 'unknown' | 'unavailable' }>,
  broker: ReleaseDependencies,
): Promise<void> {
  const { code } = assumption;
  const session = assumption.outcome === 'unknown' ? assumption.session : undefined;
  const how =
    session === undefined ? { code, outcome: 'unknown' as const } : { code, outcome: 'undelivered' as const, session };
  return release(issuance, how, broker);
}

/**
 * For an attempt that is over: the sweeper hands the issuance back for the next one. `slow` waits the longest delay.
 */
export async function release(
  issuance: IssuanceIn<'intended'>,
  { slow = false, ...how }: Pick<Release, 'code' | 'outcome' | 'session'> & { readonly slow?: boolean },
  broker: ReleaseDependencies,
): Promise<void> {
  const atMs = broker.clock.nowMs();
  const retryAtMs = atMs + (slow ? 15 * 60_000 : retryDelayMs(issuance.attempt));
  await broker.ledger.advance(issuance, released(issuance, { ...how, resume: 'attempt', retryAtMs }, atMs));
}

/** 30 s, 1 min, 2 min … and never over 15 minutes. */
export function retryDelayMs(times: number): number {
  return Math.min(15 * 60_000, 30_000 * 2 ** (times - 1));
}
