/** The call to STS that may follow another one within the same visit and attempt. */

import { type IssuanceIn, LIMITS } from '../ledger/issuance.ts';
import { nextCall } from '../ledger/issuance-transitions.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import { termsOf, withOtherExternalId } from './call-terms.ts';
import type { StsRefusal } from './release-issuance.ts';

const PAUSE_MS = 1_000;
/** What a further call may wait for before it is made, with room to spare. */
export const LONGEST_PAUSE_MS = PAUSE_MS * 2;

/** A call of the same attempt that may follow an answer: what the answer was, and how the call is made. */
export type FurtherCall = { readonly told: StsRefusal; readonly account: AllowedAccount; readonly waits: boolean };

/**
 * After a refusal that need not be the last word: of a service that is busy, or, while the tenant rotates, of one of its
 * external IDs, for the customer may have changed its trust policy before we knew. Undefined: the answer stands.
 */
export function furtherCall(
  assumption: Assumption,
  { call }: IssuanceIn<'intended'>,
  account: AllowedAccount,
): FurtherCall | undefined {
  if (assumption.outcome === 'unavailable') return { told: refusalOf(assumption), account, waits: true };
  if (assumption.outcome !== 'denied' || assumption.code !== 'sts.denied' || call >= LIMITS.calls) return undefined;
  const other = withOtherExternalId(account);
  return other && { told: refusalOf(assumption), account: other, waits: false };
}

/** Records the call before it is made. Undefined: somebody else holds the issuance by now. */
export async function announceFurtherCall(
  issuance: IssuanceIn<'intended'>,
  { told, account, waits }: FurtherCall,
  broker: Pick<IssuingDependencies, 'ids' | 'pause' | 'clock' | 'ledger'>,
): Promise<IssuanceIn<'intended'> | undefined> {
  if (waits) {
    const [byte = 0] = broker.ids.randomBytes(1);
    await broker.pause(PAUSE_MS * (0.5 + byte / 256));
  }
  const grounds = { owner: issuance.owner, ...told, ...termsOf(account) };
  const next = nextCall(issuance, grounds, broker.clock.nowMs());
  return (await broker.ledger.advance(issuance, next)) ? next : undefined;
}

function refusalOf({ code, stsRequestId }: StsRefusal): StsRefusal {
  return { code, ...(stsRequestId === undefined ? {} : { stsRequestId }) };
}
