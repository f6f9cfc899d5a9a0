/** How an issuance is let go of before its lease runs out, and when the sweeper is to look at it again. */
import type { ErrorCode } from '../errors.ts';
import type { IssuanceIn } from '../ledger/issuance.ts';
import { type Release, released } from '../ledger/issuance-transitions.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/** A refusal of STS that was read in full: its code, and the id under which AWS knows the call. */
export type StsRefusal = { readonly code: ErrorCode; readonly stsRequestId?: string };

type Means = Pick<BrokerDependencies, 'clock' | 'ledger'>;

/** No session was made: the sweeper brings the issuance back for another call of the same attempt. */
export async function releaseForAnotherCall(
  issuance: IssuanceIn<'intended'>,
  { code, ...request }: StsRefusal,
  broker: Means,
): Promise<void> {
  const atMs = broker.clock.nowMs();
  const retryAtMs = atMs + retryDelayMs(issuance.call);
  const release: Release = { code, resume: 'call', outcome: 'open', retryAtMs, session: request };
  await broker.ledger.advance(issuance, released(issuance, release, atMs));
}

/** With a session in hand that we do not dare to use it was made and dropped; without one nobody knows. */
export async function releaseUnknown(
  issuance: IssuanceIn<'intended'>,
  assumption: Extract<Assumption, { outcome: 'unknown' | 'unavailable' }>,
  broker: Means,
): Promise<void> {
  const { code } = assumption;
  const made = assumption.outcome === 'unknown' ? assumption.session : undefined;
  const how =
    made === undefined
      ? { code, outcome: 'unknown' as const }
      : { code, outcome: 'undelivered' as const, session: made };
  return release(issuance, how, broker);
}

export async function release(
  issuance: IssuanceIn<'intended'>,
  { slow = false, ...how }: Pick<Release, 'code' | 'outcome' | 'session'> & { readonly slow?: boolean },
  broker: Means,
): Promise<void> {
  const atMs = broker.clock.nowMs();
  const retryAtMs = atMs + (slow ? 15 * 60_000 : retryDelayMs(issuance.attempt));
  await broker.ledger.advance(issuance, released(issuance, { ...how, resume: 'attempt', retryAtMs }, atMs));
}

/** 30 s, 1 min, 2 min … and never over 15 minutes. */
export function retryDelayMs(times: number): number {
  return Math.min(15 * 60_000, 30_000 * 2 ** (times - 1));
}
