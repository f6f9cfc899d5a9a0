import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { storeError } from '../platform/store-error.ts';
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
  async function read<Schema extends v.GenericSchema>(recordId: string, schema: Schema) {
    const item = await dynamo
      .send(
        new GetCommand({
          TableName: config.ledgerTable,
          Key: { recordId },
          ConsistentRead: true,
          ProjectionExpression: PROGRESS_ATTRIBUTES.map((_, index) => `#a${index}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(
            PROGRESS_ATTRIBUTES.map((attribute, index) => [`#a${index}`, attribute]),
          ),
        }),
      )
      .then(
        ({ Item }) => Item,
        (error: unknown) => {
          throw storeError(error, 'the ledger could not be read');
        },
      );
    if (item === undefined) return undefined;
    const parsed = v.safeParse(schema, item);
    if (parsed.success) return parsed.output;
    throw new BrokerError('store.itemInvalid', `the item ${recordId} of the ledger cannot be read`);
  }
  return {
    readRequest: (requestId) => read(requestId, requestSchema),
    readIssuance: (issuanceId) => read(issuanceId, issuanceSchema),
  };
}
