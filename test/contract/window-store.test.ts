import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeWindowStore } from '../../lib/scheduling/dynamo-window-store.ts';
import { makeScheduleSwitches } from '../../lib/switches/schedule-switches.ts';
import { makeSwitches } from '../../lib/switches/switches.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { failingWith } from '../support/failing-dynamo.ts';
import { frozenClock, START_MS } from '../support/frozen-clock.ts';
import { inMemoryWindowStore } from '../support/in-memory-window-store.ts';
import { windowStoreContract } from './window-store.contract.ts';

const dynamo = withTables();
const config = { ...tables, limitsTable: 'test-limits' };

windowStoreContract('memory', inMemoryWindowStore);
windowStoreContract('DynamoDB', () => makeWindowStore({ dynamo: dynamo.client(), config }));

describe('the windows in DynamoDB that cannot be used', () => {
  it('are an exception, and no window', async () => {
    const broken = makeWindowStore({ dynamo: failingWith(dynamo.client(), new Error('away')), config });
    await expect(broken.readAgenda('nightly')).rejects.toMatchObject({ code: 'store.unavailable' });
    await expect(broken.writeAgenda(undefined, { counter: 'x', open: [], version: 1 })).rejects.toMatchObject({
      code: 'store.unavailable',
    });
  });

  it('are an exception where something else wrote the row', async () => {
    const client = dynamo.client();
    await client.send(
      new PutCommand({ TableName: config.limitsTable, Item: { counter: 'schedule#odd', open: 'all', version: 1 } }),
    );
    const store = makeWindowStore({ dynamo: client, config });
    await expect(store.readAgenda('odd')).rejects.toMatchObject({ code: 'store.itemInvalid' });
  });
});

describe('the switch of a schedule', () => {
  const schedule = { name: 'nightly', job: 'scan-account' };
  const why = { by: 'ops', reason: 'quarter end' };

  it('is paused once, by the first, and resumed', async () => {
    const clock = frozenClock();
    const switches = makeScheduleSwitches({ dynamo: dynamo.client(), clock, config });
    expect(await switches.read(schedule)).toEqual([]);
    const paused = await switches.pause('nightly', why);
    expect(paused).toEqual({ switchId: 'schedule#nightly', sinceMs: START_MS, ...why });
    clock.advance(5_000);
    expect(await switches.pause('nightly', { by: 'another', reason: 'x' })).toEqual(paused);
    expect(await switches.readPause('nightly')).toEqual(paused);
    expect(await switches.readPause('weekly')).toBeUndefined();
    expect(await switches.read(schedule)).toEqual([paused]);
    await switches.resume('nightly');
    await switches.resume('nightly');
    expect(await switches.read(schedule)).toEqual([]);
  });

  it('is read with those of everything and of its job, the widest first, and with no other', async () => {
    const client = dynamo.client();
    const all = makeSwitches({ dynamo: client, clock: frozenClock(), config });
    const switches = makeScheduleSwitches({ dynamo: client, clock: frozenClock(), config });
    await switches.pause('nightly', why);
    for (const id of ['job#scan-account', 'global', 'job#process-logs', 'tenant#acme']) await all.switchOff(id, why);
    const ids = (await switches.read(schedule)).map(({ switchId }) => switchId);
    expect(ids).toEqual(['global', 'job#scan-account', 'schedule#nightly']);
  });

  it('is an exception where it cannot be read', async () => {
    const away = failingWith(dynamo.client(), new Error('away'));
    const broken = makeScheduleSwitches({ dynamo: away, clock: frozenClock(), config });
    for (const asked of [
      broken.read(schedule),
      broken.readPause('nightly'),
      broken.pause('nightly', why),
      broken.resume('nightly'),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: 'store.unavailable' });
    }
  });
});
