import type { EnvelopeContent } from '../sealing/envelope.ts';
import type { Secret } from '../sealing/secret.ts';
import type { Switches } from '../switches/switches.ts';
import { type ClaimTicketDependencies, makeClaimTicket } from './claim-ticket.ts';
import type { JobPayload } from './job-payload.ts';
import { makeOpenEnvelope, type OpenEnvelopeDependencies } from './open-envelope.ts';

export type Claim =
  | { readonly claimed: false; readonly code: 'claim.refused'; readonly because: 'switchedOff' | 'conditionFailed' }
  /** Claimed: from now on the run must be reported, whether or not `open` succeeds. */
  | { readonly claimed: true; readonly open: () => Promise<Secret<EnvelopeContent>> };

export type ClaimCredentials = (payload: JobPayload, claimant: { readonly requestId: string }) => Promise<Claim>;

/**
 * The claim, by which a job opens its envelope once: reads the switches, makes the conditional write, then unwraps the
 * key and opens the envelope. The switches are read first, so a suspension that was committed by then is always seen.
 *
 * @throws store.* before the claim, when nothing was claimed or nobody knows whether it was. Switches that cannot be
 *   read count as off.
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

/** One code whatever the cause. The job cannot know more; the audit derives the cause from the issuance. */
function refused(because: 'switchedOff' | 'conditionFailed'): Claim {
  return { claimed: false, code: 'claim.refused', because };
}
