/**
 * What is special about an issuance whose session goes to a caller: only the invocation that opened it can continue it,
 * because only that one can answer the caller. Pure.
 */
import type { Issuance, IssuanceIn, OpenIssuance } from './issuance.ts';
import { expired, failed } from './issuance-endings.ts';
import { rescheduled } from './issuance-transitions.ts';

type ForCaller<Of extends Issuance> = Of & { readonly delivery: 'caller' };

export function isOpenForCaller(issuance: Issuance): issuance is ForCaller<OpenIssuance> {
  return issuance.delivery === 'caller' && (issuance.state === 'intended' || issuance.state === 'issued');
}

/** Whether its session was given to the caller. It then lives until its fence, whatever the broker does. */
export function isHeldByCaller(issuance: Issuance): issuance is ForCaller<IssuanceIn<'issued'>> {
  return issuance.delivery === 'caller' && issuance.state === 'issued';
}

/** What the sweeper makes of it: an intent whose lease ran out has failed, and a session expires at its fence. */
export function sweptForCaller(issuance: ForCaller<OpenIssuance>, nowMs: number): Issuance {
  if (issuance.state === 'issued') {
    const fenceMs = issuance.attempts.at(-1)?.fenceMs ?? 0;
    return fenceMs > nowMs ? rescheduled(issuance, fenceMs) : expired(issuance, nowMs);
  }
  if (issuance.leaseUntilMs > nowMs) return rescheduled(issuance, issuance.leaseUntilMs);
  return failed(issuance, { code: 'sts.outcomeUnknown', lost: { outcome: 'unknown' }, atMs: nowMs });
}
