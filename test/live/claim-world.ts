import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Ground } from './ground.ts';
import { readPackaged } from './packaged.ts';
import type { Statement } from './roles.ts';
import { sessionWith } from './sessions.ts';

export function projected(ProjectionExpression: string | undefined) {
  if (ProjectionExpression === undefined) return {};
  return { ProjectionExpression, ExpressionAttributeNames: { '#state': 'state' } };
}

/** The job scan-account, and rows that it may or may not claim. */
export async function claiming(ground: Ground, name: string) {
  const job = await actingAs(ground, name, ['ScanAccountRole', 'ClaimAndReport']);
  const own = await putRow(ground, 'scan-account', name);
  const others = await putRow(ground, 'process-logs', name);
  return { job, row: (of: 'scan-account' | 'process-logs') => (of === 'scan-account' ? own : others) };
}

/** Somebody with packaged statements of a role on the table of the checks; `action` takes the place of theirs. */
export async function actingAs(
  ground: Ground,
  name: string,
  [role, ...sids]: readonly [string, ...string[]],
  action?: string,
): Promise<DynamoDBDocumentClient> {
  const { accountId } = ground.accounts.broker;
  const arn = `arn:aws:dynamodb:${ground.region}:${accountId}:table/${ground.tableName}`;
  const stand = { accountId, region: ground.region, arns: { LedgerTable: arn } };
  const packaged = (await readPackaged()).roleStatements(role, sids, stand);
  const statements: readonly Statement[] = packaged.map((one) =>
    action === undefined ? one : { ...one, Action: action },
  );
  const connection = await sessionWith(ground, `claim-${name}`, statements);
  return DynamoDBDocumentClient.from(new DynamoDBClient({ ...connection, maxAttempts: 1 }));
}

export async function putRow(ground: Ground, job: string, name: string): Promise<string> {
  const recordId = `${job}.live-${ground.suffix}-${name}`;
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(ground.accounts.broker.administrator));
  const Item = { recordId, state: 'issued', ticket: { attempt: 1 }, trail: ['intended'] };
  await table.send(new PutCommand({ TableName: ground.tableName, Item }));
  return recordId;
}

/** The claim as the job runtime writes it, but for what `other` says. `once: false` leaves the state as it is. */
export function claim(
  { tableName }: Ground,
  recordId: string,
  { once = true, ...other }: Partial<UpdateCommandInput> & { readonly once?: boolean } = {},
): UpdateCommand {
  return new UpdateCommand({
    TableName: tableName,
    Key: { recordId },
    UpdateExpression: once ? 'SET #state = :state, claim = :state REMOVE ticket' : 'SET report = :state',
    ConditionExpression: '#state = :issued',
    ...names(once, other),
    ReturnValues: 'UPDATED_OLD',
    ...other,
  });
}

/** DynamoDB refuses names and values that no expression uses. */
function names(once: boolean, { ConditionExpression = '#state = :issued' }: Partial<UpdateCommandInput>) {
  const usesState = once || ConditionExpression.includes('#state');
  return {
    ...(usesState && { ExpressionAttributeNames: { '#state': 'state' } }),
    ExpressionAttributeValues: {
      ':state': 'claimed',
      ...(ConditionExpression.includes(':issued') && { ':issued': 'issued' }),
    },
  };
}
