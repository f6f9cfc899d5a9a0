import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { PROGRESS_STATES } from '../on-demand/on-demand-answer.ts';
import { makeProjectedRecord } from '../platform/projected-record.ts';

/** The same list as in `config/resources/roles/manage-dead-letters.yml`: no ticket, no input, no trail. */
export const LETTER_ATTRIBUTES = [
  'recordId',
  'decision',
  'accountIds',
  'job',
  'payloadSha256',
  'state',
  'trailHead',
] as const;

const requestSchema = v.variant('decision', [
  v.object({ decision: v.literal('refused'), payloadSha256: v.string() }),
  v.object({
    decision: v.literal('allowed'),
    payloadSha256: v.string(),
    accountIds: v.array(v.string()),
    job: v.string(),
  }),
]);
const issuanceSchema = v.object({ state: v.picklist(PROGRESS_STATES), trailHead: v.string() });

export type OnRecord = v.InferOutput<typeof requestSchema>;

/** What the ledger holds about the request of a letter, read by key and consistently. Errors are `store.*`. */
export type LetterLedger = {
  readRequest(requestId: string): Promise<OnRecord | undefined>;
  readIssuance(issuanceId: string): Promise<v.InferOutput<typeof issuanceSchema> | undefined>;
};

export function makeLetterLedger({
  dynamo,
  config,
}: {
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly config: { readonly ledgerTable: string };
}): LetterLedger {
  const read = makeProjectedRecord({ dynamo, config, attributes: LETTER_ATTRIBUTES });
  return {
    readRequest: (requestId) => read(requestId, requestSchema),
    readIssuance: (issuanceId) => read(issuanceId, issuanceSchema),
  };
}
