import type { EnvelopeContent } from '../sealing/envelope.ts';
import type { Secret } from '../sealing/secret.ts';
import type { Switches } from '../switches/switches.ts';
import { type ClaimTicketDependencies, makeClaimTicket } from './claim-ticket.ts';
import type { JobPayload } from './job-payload.ts';
import { makeOpenEnvelope, type OpenEnvelopeDependencies } from './open-envelope.ts';

export type Claim =
  | { readonly claimed: false; readonly code: 'claim.refused'; readonly because: 'switchedOff' | 'conditionFailed' }
  /** From here on the run must be reported, whether or not `open` succeeds. */
  | { readonly claimed: true; readonly open: () => Promise<Secret<EnvelopeContent>> };

export type ClaimCredentials = (payload: JobPayload, claimant: { readonly requestId: string }) => Promise<Claim>;

/**
 * The one time that a job opens its envelope: the switches, then the conditional claim, then the key and the envelope.
 * The switches are read before the claim begins, so a suspension that was committed by then is always seen.
 *
 * @throws store.* before the claim: nothing is claimed, or nobody knows; unreadable switches count as off.
 */
export function makeClaimCredentials(dependencies: ClaimCredentialsDependencies): ClaimCredentials {
  const claimTicket = makeClaimTicket(dependencies);
  const openEnvelope = makeOpenEnvelope(dependencies);
  return async (payload, claimant) => {
    const off = await dependencies.switches.read(payload);
    if (off.length > 0) return refused('switchedOff');
    const ticket = await claimTicket(payload, claimant);
    if (!ticket.taken) return refused('conditionFailed');
    return { claimed: true, open: () => openEnvelope(payload, ticket.removed) };
  };
}

/** `dynamo` is the client that never repeats a call: see `makeClaimTicket`. */
export type ClaimCredentialsDependencies = ClaimTicketDependencies &
  OpenEnvelopeDependencies & {
    readonly switches: Pick<Switches, 'read'>;
    readonly config: { readonly ledgerTable: string; readonly envelopeKeyArn: string };
  };

/** One code for whatever stood in the way; the job cannot know more, and the audit derives it from the row. */
function refused(because: 'switchedOff' | 'conditionFailed'): Claim {
  return { claimed: false, code: 'claim.refused', because };
}
