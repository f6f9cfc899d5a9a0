import { ResourceNotFoundException, ThrottlingException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeSwitches } from '../../lib/switches/switches.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { failingWith } from '../support/failing-dynamo.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { switchesContract } from './switches.contract.ts';

const dynamo = withTables();
const of = { job: 'scan-account', tenantId: 'acme' };
const over = (client: DynamoDBDocumentClient) => makeSwitches({ dynamo: client, clock: frozenClock(), config: tables });

switchesContract('in DynamoDB', () => {
  const client = dynamo.client();
  return {
    switches: over(client),
    write: async (item) => {
      await client.send(new PutCommand({ TableName: tables.switchesTable, Item: item }));
    },
  };
});

/** Answers every read with this. */
function answering(output: object): DynamoDBDocumentClient {
  const client = dynamo.client();
  client.middlewareStack.add(() => () => Promise.resolve({ output: { $metadata: {}, ...output }, response: {} }), {
    step: 'initialize',
  });
  return client;
}

describe('switches that cannot all be read', () => {
  it('are read consistently, all three in one call', async () => {
    const asked: object[] = [];
    const client = dynamo.client();
    client.middlewareStack.add(
      (next) => (request) => {
        asked.push(request.input);
        return next(request);
      },
      { step: 'initialize' },
    );
    await over(client).read(of);
    const Keys = ['global', 'job#scan-account', 'tenant#acme'].map((switchId) => ({ switchId }));
    expect(asked).toMatchObject([{ RequestItems: { [tables.switchesTable]: { Keys, ConsistentRead: true } } }]);
  });

  it.each([
    [
      'a key was left for later',
      { Responses: { [tables.switchesTable]: [] }, UnprocessedKeys: { t: { Keys: [] } } },
      'store.busy',
    ],
    ['there is no answer for the table', { Responses: {} }, 'store.itemInvalid'],
    ['there is no answer at all', {}, 'store.itemInvalid'],
  ])('are off where %s', async (_, output, code) => {
    await expect(over(answering(output)).read(of)).rejects.toMatchObject({ code });
  });

  it.each([
    ['store.busy', new ThrottlingException({ message: 'm', $metadata: {} })],
    ['store.unavailable', new ResourceNotFoundException({ message: 'm', $metadata: {} })],
  ])('are off, and cannot be set, where the table is away: %s', async (code, error) => {
    const switches = over(failingWith(dynamo.client({ maxAttempts: 1 }), error));
    const expected = { code, retryable: true };
    await expect(switches.read(of)).rejects.toMatchObject(expected);
    await expect(switches.switchOff('global', { by: 'b', reason: 'r' })).rejects.toMatchObject(expected);
    await expect(switches.switchOn('global')).rejects.toMatchObject(expected);
  });
});
