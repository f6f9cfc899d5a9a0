import { ThrottlingException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeCounters } from '../../lib/limits/dynamo-counters.ts';
import { withTables } from '../support/dynamo-tables.ts';
import { failingWith } from '../support/failing-dynamo.ts';
import { inMemoryCounters } from '../support/in-memory-counters.ts';
import { countersContract } from './counters.contract.ts';

const dynamo = withTables();
const config = { limitsTable: 'test-limits' };

countersContract('in DynamoDB', () => makeCounters({ dynamo: dynamo.client(), config }));
countersContract('in memory', inMemoryCounters);

describe('a counter in DynamoDB', () => {
  it('carries when it may be dropped', async () => {
    const client = dynamo.client();
    const row = { counter: 'rate#expiring', expiresAtSeconds: 1_935_645_000 };
    await makeCounters({ dynamo: client, config }).change(row, { add: { requests: 1 } });
    const { Item } = await client.send(new GetCommand({ TableName: 'test-limits', Key: { counter: row.counter } }));
    expect(Item).toEqual({ ...row, requests: 1 });
  });

  it('that cannot be reached is a failure of the store, whatever is asked of it', async () => {
    const throttled = new ThrottlingException({ message: 'slow', $metadata: {} });
    const broken = failingWith(dynamo.client({ maxAttempts: 1 }), throttled);
    const counters = makeCounters({ dynamo: broken, config });
    const row = { counter: 'rate#broken', expiresAtSeconds: 1 };
    await expect(counters.read('rate#broken')).rejects.toMatchObject({ code: 'store.busy' });
    await expect(counters.change(row, { add: { requests: 1 } })).rejects.toMatchObject({ code: 'store.busy' });
    await expect(counters.admit(row, { member: 'acme', limit: 1 })).rejects.toMatchObject({ code: 'store.busy' });
  });

  it('that holds something else than numbers is a row of a wrong shape', async () => {
    const client = dynamo.client();
    await client.send(
      new PutCommand({ TableName: 'test-limits', Item: { counter: 'breaker#odd', openUntilMs: 'soon' } }),
    );
    await expect(makeCounters({ dynamo: client, config }).read('breaker#odd')).rejects.toMatchObject({
      code: 'store.itemInvalid',
    });
  });
});
