import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { makeProjectedRecord } from '../platform/projected-record.ts';
import { PROGRESS_STATES } from './on-demand-answer.ts';

/**
 * What has become of a request, read from the ledger by key and consistently. Only these attributes are read: the role
 * of the functions may read no others, so that no ticket and no input ever reaches them. Errors are `store.*`.
 */
export type RequestProgress = {
  readRequest(requestId: string): Promise<RecordedRequest | undefined>;
  readIssuance(issuanceId: string): Promise<RecordedIssuance | undefined>;
};

/** As `config/resources/roles/request-job*.yml` have it too. */
export const PROGRESS_ATTRIBUTES = [
  'recordId',
  'decision',
  'refusal',
  'accountIds',
  'job',
  'payloadSha256',
  'state',
  'code',
] as const;

const refusal = v.object({ reason: v.string(), explanation: v.string() });
const requestSchema = v.variant('decision', [
  v.object({ recordId: v.string(), decision: v.literal('refused'), refusal, payloadSha256: v.string() }),
  v.object({
    recordId: v.string(),
    decision: v.literal('allowed'),
    accountIds: v.array(v.string()),
    job: v.string(),
    payloadSha256: v.string(),
  }),
]);
export type RecordedRequest = v.InferOutput<typeof requestSchema>;

const issuanceSchema = v.object({
  state: v.picklist(PROGRESS_STATES),
  refusal: v.optional(refusal),
  code: v.optional(v.string()),
});
export type RecordedIssuance = v.InferOutput<typeof issuanceSchema>;

export function makeRequestProgress({
  dynamo,
  config,
}: {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly ledgerTable: string };
}): RequestProgress {
  const read = makeProjectedRecord({ dynamo, config, attributes: PROGRESS_ATTRIBUTES });
  return {
    readRequest: (requestId) => read(requestId, requestSchema),
    readIssuance: (issuanceId) => read(issuanceId, issuanceSchema),
  };
}
