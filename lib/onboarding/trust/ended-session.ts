import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { storeError } from '../../platform/store-error.ts';
import { ACCOUNT_ID, TENANT_ID } from '../../tenants/tenant.ts';

/** A session that a job was using when the role of its customer denied it. */
export type EndedSession = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly issuedAtMs: number;
  /** When it ended by itself. */
  readonly fenceMs: number;
};

/** Undefined: the issuance says nothing of the kind, or there is none. Consistent. Throws `store.*`. */
export type FindEndedSession = (issuanceId: string) => Promise<EndedSession | undefined>;

/** All that the function may read of an issuance; never the ticket. */
export const READ_OF_ISSUANCE = [
  'recordId',
  'recordType',
  'state',
  'tenantId',
  'accountId',
  'roleArn',
  'attempts',
  'report',
] as const;

const endedSchema = v.object({
  recordType: v.literal('issuance'),
  state: v.literal('failed'),
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
  accountId: v.pipe(v.string(), v.regex(ACCOUNT_ID)),
  roleArn: v.string(),
  report: v.object({ outcome: v.literal('failed'), code: v.literal('job.sessionRevoked'), attempt: v.number() }),
  attempts: v.array(
    v.object({ attempt: v.number(), issuedAtMs: v.optional(v.number()), fenceMs: v.optional(v.number()) }),
  ),
});

/** Reads it from the issuance itself: what is told on the bus is a reason to look, and no more. */
export function makeFindEndedSession({
  dynamo,
  config,
}: {
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly config: { readonly ledgerTable: string };
}): FindEndedSession {
  return async (issuanceId) => {
    const command = new GetCommand({
      TableName: config.ledgerTable,
      Key: { recordId: issuanceId },
      ConsistentRead: true,
      ProjectionExpression: READ_OF_ISSUANCE.map((name) => `#${name}`).join(', '),
      ExpressionAttributeNames: Object.fromEntries(READ_OF_ISSUANCE.map((name) => [`#${name}`, name])),
    });
    const answer = await dynamo.send(command).catch((error: unknown) => {
      throw storeError(error, 'the issuance could not be read');
    });
    const read = v.safeParse(endedSchema, answer.Item);
    if (!read.success) return undefined;
    const { tenantId, accountId, roleArn, report, attempts } = read.output;
    const { issuedAtMs, fenceMs } = attempts.find(({ attempt }) => attempt === report.attempt) ?? {};
    if (issuedAtMs === undefined || fenceMs === undefined) return undefined;
    return { tenantId, accountId, roleArn, issuedAtMs, fenceMs };
  };
}
