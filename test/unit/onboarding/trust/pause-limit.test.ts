import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { MOST_TENANTS, makePauseLimit } from '../../../../lib/onboarding/trust/pause-limit.ts';
import { withTables } from '../../../support/dynamo-tables.ts';
import { failingWith } from '../../../support/failing-dynamo.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

const tables = withTables();
const config = { limitsTable: 'test-limits' };
const pauseLimitOf = (dynamo = tables.client()) => makePauseLimit({ dynamo, config });
const tableAndKey = { TableName: config.limitsTable, Key: { counter: 'pauses' } };
const forget = new DeleteCommand(tableAndKey);
beforeEach(() => tables.client().send(forget));

const HOUR_MS = 3_600_000;
const tenants = (many: number) => Array.from({ length: many }, (_, at) => `tenant-${at}`);

async function pauseAll(tenantIds: readonly string[], nowMs = START_MS): Promise<readonly boolean[]> {
  const allowed: boolean[] = [];
  for (const tenantId of tenantIds) allowed.push(await pauseLimitOf()({ tenantId, nowMs }));
  return allowed;
}

/** A client that keeps what it is asked for; its writes fail by this error, where there is one. */
function watched(failure?: Error) {
  const dynamo = tables.client();
  const send = dynamo.send.bind(dynamo);
  const commands: Parameters<typeof send>[0][] = [];
  const keep = (command: Parameters<typeof send>[0]) => {
    commands.push(command);
    return failure !== undefined && command instanceof PutCommand ? Promise.reject(failure) : send(command);
  };
  return { dynamo: Object.assign(dynamo, { send: keep }), commands };
}

describe('the limit on pauses', () => {
  it('lets roles of five tenants be paused within an hour, and no more', async () => {
    expect(MOST_TENANTS).toBe(5);
    expect(await pauseAll(tenants(7))).toEqual([true, true, true, true, true, false, false]);
  });

  it('counts a tenant once, however many of its roles are paused', async () => {
    expect(await pauseAll([...Array(20).fill('acme'), ...tenants(4)])).toEqual(Array(24).fill(true));
    expect(await pauseAll(['acme', 'globex'])).toEqual([true, false]);
  });

  it('lets go of each tenant an hour after its pause', async () => {
    await pauseAll(tenants(1));
    await pauseAll(tenants(5), START_MS + 1_000);
    expect(await pauseAll(['globex'], START_MS + HOUR_MS - 1)).toEqual([false]);
    expect(await pauseAll(['globex', 'acme'], START_MS + HOUR_MS)).toEqual([true, false]);
    expect(await pauseAll(['acme'], START_MS + HOUR_MS + 1_000)).toEqual([true]);
  });

  it('is not outrun by processes side by side', async () => {
    const allowed = await Promise.all(tenants(8).map((tenantId) => pauseLimitOf()({ tenantId, nowMs: START_MS })));
    expect(allowed.filter((one) => one)).toHaveLength(MOST_TENANTS);
  });

  it.each([
    ['a tenant’s first pause takes one consistent reading and one write', ['acme'], 2],
    ['its second one reading', ['acme', 'acme'], 3],
  ])('costs little: %s', async (_what, tenantIds, calls) => {
    const { dynamo, commands } = watched();
    for (const tenantId of tenantIds) await makePauseLimit({ dynamo, config })({ tenantId, nowMs: START_MS });
    expect(commands).toHaveLength(calls);
    expect(commands[0]?.input).toEqual({ ...tableAndKey, ConsistentRead: true });
    expect(commands[1]).toBeInstanceOf(PutCommand);
  });

  it('lets nothing be paused where its row cannot be written, and does not try again by itself', async () => {
    const throttled = Object.assign(new Error('x'), { name: 'ThrottlingException' });
    const { dynamo, commands } = watched(throttled);
    const asked = makePauseLimit({ dynamo, config })({ tenantId: 'acme', nowMs: START_MS });
    await expect(asked).rejects.toMatchObject({ code: 'store.busy' });
    expect(commands).toHaveLength(2);
  });

  it('lets nothing be paused where something else wrote its row', async () => {
    await tables
      .client()
      .send(new PutCommand({ TableName: config.limitsTable, Item: { counter: 'pauses', tenants: 'all', version: 1 } }));
    await expect(pauseAll(['acme'])).rejects.toMatchObject({ code: 'store.itemInvalid' });
  });

  it('says when the table is away', async () => {
    const away = pauseLimitOf(failingWith(tables.client(), new Error('away')));
    await expect(away({ tenantId: 'acme', nowMs: START_MS })).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringContaining('the limit on pauses could not be read'),
    });
  });

  it('is to be asked again where its row is written again and again', async () => {
    const dynamo = tables.client();
    const send = dynamo.send.bind(dynamo);
    let writes = 0;
    Object.assign(dynamo, {
      send: (command: Parameters<typeof send>[0]) => {
        if (!(command instanceof PutCommand)) return send(command);
        writes += 1;
        throw Object.assign(new Error('changed'), { name: 'ConditionalCheckFailedException' });
      },
    });
    const asked = pauseLimitOf(dynamo)({ tenantId: 'acme', nowMs: START_MS });
    await expect(asked).rejects.toMatchObject({ code: 'store.busy', retryable: true });
    expect(writes).toBe(10);
  });
});
