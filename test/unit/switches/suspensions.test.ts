import { describe, expect, it } from 'vitest';
import { makeSuspensions } from '../../../lib/switches/suspensions.ts';
import { makeSwitches } from '../../../lib/switches/switches.ts';
import { tables, withTables } from '../../support/dynamo-tables.ts';
import { failingWith, losingAnswers } from '../../support/failing-dynamo.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';

const dynamo = withTables();
const clock = frozenClock();
const dependencies = () => ({ dynamo: dynamo.client(), clock, config: tables });
const why = { by: 'ops', reason: 'an incident' };

describe("a tenant's suspension", () => {
  it('is the switch that decisions and claims read', async () => {
    const suspensions = makeSuspensions(dependencies());
    const row = { switchId: 'tenant#first', sinceMs: START_MS, ...why };
    expect(await suspensions.suspend('first', why)).toEqual(row);
    expect(await suspensions.read('first')).toEqual(row);
    expect(await makeSwitches(dependencies()).read({ job: 'scan-account', tenantId: 'first' })).toEqual([row]);
    expect(await suspensions.read('another')).toBeUndefined();
  });

  it('stays the first one when it is asked for again', async () => {
    const suspensions = makeSuspensions(dependencies());
    const first = await suspensions.suspend('again', why);
    clock.advance(1_000);
    expect(await suspensions.suspend('again', { by: 'other', reason: 'another' })).toEqual(first);
  });

  it('is one when twenty ask for it at once', async () => {
    const suspensions = makeSuspensions(dependencies());
    const asked = Array.from({ length: 20 }, (_, index) =>
      suspensions.suspend('race', { by: `ops-${index}`, reason: 'r' }),
    );
    const given = new Set((await Promise.all(asked)).map(({ by }) => by));
    expect(given.size).toBe(1);
  });

  it('is lifted as the one that was read, and no other', async () => {
    const suspensions = makeSuspensions(dependencies());
    const first = await suspensions.suspend('lifted', why);
    expect(await suspensions.lift(first)).toBe(true);
    // Again, because its answer may have been lost.
    expect(await suspensions.lift(first)).toBe(true);
    clock.advance(1_000);
    const second = await suspensions.suspend('lifted', why);
    expect(await suspensions.lift(first)).toBe(false);
    expect(await suspensions.read('lifted')).toEqual(second);
  });

  it('is set and lifted though the answer is lost', async () => {
    const lossy = makeSuspensions({ ...dependencies(), dynamo: losingAnswers(dynamo.client(), 1) });
    const row = await lossy.suspend('lost', why);
    expect(row).toMatchObject(why);
    const lossyAgain = makeSuspensions({ ...dependencies(), dynamo: losingAnswers(dynamo.client(), 1) });
    expect(await lossyAgain.lift(row)).toBe(true);
    expect(await lossyAgain.read('lost')).toBeUndefined();
  });

  it('cannot be taken for lifted when the table cannot be read', async () => {
    const broken = failingWith(dynamo.client(), Object.assign(new Error('x'), { name: 'ResourceNotFoundException' }));
    const suspensions = makeSuspensions({ ...dependencies(), dynamo: broken });
    const row = { switchId: 'tenant#x', sinceMs: 1, ...why };
    for (const call of [suspensions.read('x'), suspensions.suspend('x', why), suspensions.lift(row)]) {
      await expect(call).rejects.toMatchObject({ code: 'store.unavailable' });
    }
  });
});
