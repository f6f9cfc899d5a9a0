import { DeleteTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { tables, withTables } from '../../support/dynamo-tables.ts';
import { describeAt, dynamodbLocal } from '../outside-endpoint.ts';

/** What dynalite leaves out, and what `run-contract-suites.ts` beside this file is for: the suites of `test/contract`. */
describeAt(dynamodbLocal, 'the tables in DynamoDB Local', (endpoint) => {
  const dynamo = withTables();
  const { ledgerTable, switchesTable } = tables;

  it('are where the suites of test/contract work, not in dynalite', async () => {
    const { hostname, port, protocol } = (await dynamo.client().config.endpoint?.()) ?? {};
    expect(`${protocol}//${hostname}:${port}`).toBe(endpoint);
    const answer = await fetch(endpoint);
    expect(answer.headers.get('server')).toMatch(/^Jetty\(12\./);
  });

  it('have the deletion protection and the change stream that they are deployed with', async () => {
    const { Table } = await dynamo.client().send(new DescribeTableCommand({ TableName: ledgerTable }));
    expect(Table).toMatchObject({
      DeletionProtectionEnabled: true,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    const deleting = dynamo.client().send(new DeleteTableCommand({ TableName: ledgerTable }));
    await expect(deleting).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('have indexes that never project the ticket', async () => {
    const { Table } = await dynamo.client().send(new DescribeTableCommand({ TableName: ledgerTable }));
    const projections = Table?.GlobalSecondaryIndexes?.map(({ Projection }) => Projection) ?? [];
    expect(projections.length).toBeGreaterThan(0);
    expect(projections).not.toContainEqual(expect.objectContaining({ ProjectionType: 'ALL' }));
    expect(projections.flatMap((projection) => projection?.NonKeyAttributes ?? [])).not.toContain('ticket');
  });

  it('give the item that a condition failed on to whoever asks for it, which dynalite does not', async () => {
    const row = { switchId: 'global', by: 'b' };
    const put = (Item: object) =>
      dynamo.client().send(
        new PutCommand({
          TableName: switchesTable,
          Item: { ...Item },
          ConditionExpression: 'attribute_not_exists(switchId)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    await put(row);
    await expect(put({ ...row, by: 'other' })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { by: { S: 'b' } },
    });
  });
});
