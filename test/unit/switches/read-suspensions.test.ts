import { describe, expect, it } from 'vitest';
import { makeReadSuspensions } from '../../../lib/switches/read-suspensions.ts';
import { makeSuspensions } from '../../../lib/switches/suspensions.ts';
import { tables, withTables } from '../../support/dynamo-tables.ts';
import { failingWith } from '../../support/failing-dynamo.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';

const stores = withTables();
const why = { by: 'jane', reason: 'unpaid' };

describe('suspensions of many tenants', () => {
  it('are those that there are, of over a hundred, each once', async () => {
    const dynamo = stores.client();
    const { suspend } = makeSuspensions({ dynamo, clock: frozenClock(), config: tables });
    const ids = Array.from({ length: 250 }, (_, index) => `tenant-${index}`);
    const suspended = ids.filter((_, index) => index % 60 === 0);
    for (const tenantId of suspended) await suspend(tenantId, why);
    const found = await makeReadSuspensions({ dynamo, config: tables })([...ids, ...ids]);
    expect([...found.keys()]).toEqual(suspended);
    expect(found.get('tenant-60')).toMatchObject({ ...why, sinceMs: START_MS });
  });

  it('are none of no tenant, and nothing is asked', async () => {
    const dynamo = failingWith(stores.client(), new Error('asked'));
    expect((await makeReadSuspensions({ dynamo, config: tables })([])).size).toBe(0);
  });

  it.each([
    ['ThrottlingException', 'store.busy'],
    ['AccessDeniedException', 'store.unavailable'],
  ])('are not taken for none after %s', async (name, code) => {
    const dynamo = failingWith(stores.client(), Object.assign(new Error('x'), { name }));
    await expect(makeReadSuspensions({ dynamo, config: tables })(['acme'])).rejects.toMatchObject({ code });
  });

  it('are not taken for none where DynamoDB left a key out', async () => {
    const dynamo = stores.client();
    dynamo.middlewareStack.add(
      (next) => async (request) => {
        const answer = await next(request);
        return { ...answer, output: { ...answer.output, UnprocessedKeys: { [tables.switchesTable]: { Keys: [{}] } } } };
      },
      { step: 'initialize' },
    );
    await expect(makeReadSuspensions({ dynamo, config: tables })(['acme'])).rejects.toMatchObject({
      code: 'store.busy',
    });
  });
});
