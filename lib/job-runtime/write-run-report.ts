import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../platform/clock.ts';
import { errorName } from '../platform/store-error.ts';
import type { JobPayload } from './job-payload.ts';
import type { RunReport } from './run-report.ts';

/** `because` is the name of the error that stopped the write. */
export type ReportWriting = { readonly written: true } | { readonly written: false; readonly because: string };

export type WriteRunReport = (payload: JobPayload, report: RunReport) => Promise<ReportWriting>;

/**
 * Reports a run: moves the issuance from `claimed` to `completed` or `failed`, if this attempt still holds the claim.
 * Never throws, because the work is done and no error of the ledger may make Lambda run it again. An issuance without
 * a report ends as `unknown`.
 *
 * @param dynamo may retry: a second write of the same report fails its condition and changes nothing.
 */
export function makeWriteRunReport({ dynamo, clock, config }: WriteRunReportDependencies): WriteRunReport {
  return async (payload, report) => {
    const isClaimed = '#state = :claimed';
    const isOurAttempt = '#claim.#attempt = :attempt';
    try {
      await dynamo.send(
        new UpdateCommand({
          TableName: config.ledgerTable,
          Key: { recordId: payload.issuanceId },
          UpdateExpression: 'SET #state = :outcome, #report = :report',
          ConditionExpression: [isClaimed, isOurAttempt].join(' AND '),
          ExpressionAttributeNames: {
            '#state': 'state',
            '#report': 'report',
            '#claim': 'claim',
            '#attempt': 'attempt',
          },
          ExpressionAttributeValues: {
            ':claimed': 'claimed',
            ':attempt': payload.attempt,
            ':outcome': report.outcome,
            ':report': { atMs: clock.nowMs(), attempt: payload.attempt, ...report },
          },
        }),
      );
      return { written: true };
    } catch (error) {
      return { written: false, because: errorName(error) };
    }
  };
}

export type WriteRunReportDependencies = {
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly clock: Clock;
  readonly config: { readonly ledgerTable: string };
};
