/** The further call to STS that may follow another within the same visit and attempt. */

import { type IssuanceIn, LIMITS } from '../ledger/issuance.ts';
import { nextCall } from '../ledger/issuance-intents.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import { callTermsOf, withOtherExternalId } from './call-terms.ts';
import type { StsError } from './release-issuance.ts';

const PAUSE_MS = 1_000;
/** More than a further call ever waits before it is made. */
export const LONGEST_PAUSE_MS = PAUSE_MS * 2;

/** How a further call is made, and which error of the call before it leads to it. */
export type FurtherCall = { readonly stsError: StsError; readonly account: AllowedAccount; readonly waits: boolean };

/**
 * Whether an error of STS may be answered by another call. It may in two cases: STS was busy; or it denied one of the
 * two external IDs of a tenant that is rotating, whose customer may have changed its trust policy before we knew.
 * Undefined when the answer stands.
 */
export function furtherCall(
  assumption: Assumption,
  { call }: IssuanceIn<'intended'>,
  account: AllowedAccount,
): FurtherCall | undefined {
  if (assumption.outcome === 'unavailable') return { stsError: stsErrorOf(assumption), account, waits: true };
  if (assumption.outcome !== 'denied' || assumption.code !== 'sts.denied' || call >= LIMITS.calls) return undefined;
  const other = withOtherExternalId(account);
  return other && { stsError: stsErrorOf(assumption), account: other, waits: false };
}

/** Records the call before it is made. Undefined when another invocation holds the issuance by now. */
export async function announceFurtherCall(
  issuance: IssuanceIn<'intended'>,
  { stsError, account, waits }: FurtherCall,
  broker: Pick<IssuingDependencies, 'ids' | 'pause' | 'clock' | 'ledger'>,
): Promise<IssuanceIn<'intended'> | undefined> {
  if (waits) {
    const [byte = 0] = broker.ids.randomBytes(1);
    await broker.pause(PAUSE_MS * (0.5 + byte / 256));
  }
  const grounds = { owner: issuance.owner, ...stsError, ...callTermsOf(account) };
  const next = nextCall(issuance, grounds, broker.clock.nowMs());
  return (await broker.ledger.advance(issuance, next)) ? next : undefined;
}

function stsErrorOf({ code, stsRequestId }: StsError): StsError {
  return { code, ...(stsRequestId === undefined ? {} : { stsRequestId }) };
}
