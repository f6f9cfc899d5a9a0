import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../platform/clock.ts';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import type { JobPayload } from './job-payload.ts';

/** `removed` is what the row held before: not yet read, because from here on the claim is made and must be reported. */
export type TicketClaim = { readonly taken: false } | { readonly taken: true; readonly removed: unknown };

export type ClaimTicket = (payload: JobPayload, claimant: { readonly requestId: string }) => Promise<TicketClaim>;

/**
 * Takes the ticket out of the issuance: one conditional write, `issued` to `claimed`, which can succeed once. It names
 * only `recordId`, `state`, `ticket` and `claim`, because IAM lets a job touch no others, and it never reads the row.
 *
 * @param dynamo must make one HTTP call per command (`maxAttempts: 1`). A retry after a lost response would find its
 *   own claim, take it for another's and hide that the first call had succeeded; so a claim whose response is lost is
 *   `unknown` in the end, and its credentials are used by nobody.
 * @throws store.* when it cannot be known whether the claim was made; whoever is invoked again finds out.
 */
export function makeClaimTicket({ dynamo, clock, config }: ClaimTicketDependencies): ClaimTicket {
  return async (payload, { requestId }) => {
    const nowMs = clock.nowMs();
    const isIssued = '#state = :issued';
    const isOurAttempt = '#ticket.#attempt = :attempt';
    const isStillUsable = '#ticket.#usableUntilMs > :nowMs';
    try {
      const answer = await dynamo.send(
        new UpdateCommand({
          TableName: config.ledgerTable,
          Key: { recordId: payload.issuanceId },
          UpdateExpression: 'SET #state = :claimed, #claim = :claim REMOVE #ticket',
          ConditionExpression: [isIssued, isOurAttempt, isStillUsable].join(' AND '),
          ExpressionAttributeNames: {
            '#state': 'state',
            '#claim': 'claim',
            '#ticket': 'ticket',
            '#attempt': 'attempt',
            '#usableUntilMs': 'usableUntilMs',
          },
          ExpressionAttributeValues: {
            ':issued': 'issued',
            ':claimed': 'claimed',
            ':claim': { atMs: nowMs, attempt: payload.attempt, by: requestId },
            ':attempt': payload.attempt,
            ':nowMs': nowMs,
          },
          ReturnValues: 'UPDATED_OLD',
        }),
      );
      return { taken: true, removed: answer.Attributes };
    } catch (error) {
      if (isConditionFailed(error)) return { taken: false };
      throw storeError(error, 'the claim could not be written');
    }
  };
}

export type ClaimTicketDependencies = {
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly clock: Clock;
  readonly config: { readonly ledgerTable: string };
};
