import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../platform/clock.ts';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import type { JobPayload } from './job-payload.ts';

/**
 * `removed` is what the row held before, not parsed yet: the claim is made, and must be reported even if it is
 * unusable.
 */
export type TicketClaim = { readonly taken: false } | { readonly taken: true; readonly removed: unknown };

export type ClaimTicket = (payload: JobPayload, claimant: { readonly requestId: string }) => Promise<TicketClaim>;

/**
 * Removes the ticket from the issuance, with one conditional write from `issued` to `claimed` that can succeed once.
 * It names only `recordId`, `state`, `ticket` and `claim`, the only attributes that IAM lets a job touch, and never
 * reads the row.
 *
 * @param dynamo must make one HTTP call per command (`maxAttempts: 1`). A retry after a lost response would find its
 *   own claim and take it for that of another invocation. Without one, a claim whose response is lost ends as
 *   `unknown`, and nobody uses its credentials.
 * @throws store.* when it is not known whether the claim was made. The next invocation finds out.
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
