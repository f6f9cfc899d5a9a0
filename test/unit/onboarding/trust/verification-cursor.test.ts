import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeVerificationCursorStore } from '../../../../lib/onboarding/trust/verification-cursor.ts';
import { withTables } from '../../../support/dynamo-tables.ts';
import { failingWith } from '../../../support/failing-dynamo.ts';

const tables = withTables();
const config = { limitsTable: 'test-limits' };
const storeOf = (dynamo = tables.client()) => makeVerificationCursorStore({ dynamo, config });
const put = (item: object) =>
  tables.client().send(new PutCommand({ TableName: config.limitsTable, Item: { counter: 'verification', ...item } }));

describe('the cursor of the verifications', () => {
  it('begins with none, and is read as it was written', async () => {
    const store = storeOf();
    expect(await store.read()).toBeUndefined();
    const first = await store.write({ slot: 7, version: 0 }, { slot: 7, after: 'acme', ticks: 1, tickedAtMs: 5 });
    expect(first).toEqual({ slot: 7, after: 'acme', ticks: 1, tickedAtMs: 5, version: 1 });
    expect(await store.read()).toMatchObject(first ?? {});
  });

  describe('once it is there', () => {
    beforeEach(() => put({ slot: 7, after: 'acme', ticks: 1, version: 4 }));

    it('is moved by one of two who read it', async () => {
      const before = await storeOf().read();
      if (before === undefined) throw new Error('no cursor');
      const moved = await Promise.all([1, 2].map((slot) => storeOf().write(before, { slot: 7 + slot })));
      expect(moved.filter((each) => each !== undefined)).toHaveLength(1);
      const after = await storeOf().read();
      expect(after).toMatchObject({ version: 5 });
      // What the place before it held is not kept.
      expect([after?.after, after?.ticks]).toEqual([undefined, undefined]);
    });

    it('is not moved by who saw another, or none', async () => {
      for (const version of [0, 3, 5]) {
        expect(await storeOf().write({ slot: 7, version }, { slot: 8 }), `${version}`).toBeUndefined();
      }
    });
  });

  it('is refused when something else wrote it', async () => {
    await put({ slot: 'seven', version: 4 });
    await expect(storeOf().read()).rejects.toMatchObject({ code: 'store.itemInvalid' });
  });

  it('says when the table is away', async () => {
    const away = () => storeOf(failingWith(tables.client(), new Error('away')));
    await expect(away().read()).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringContaining('the cursor of the verifications could not be read'),
    });
    await expect(away().write({ slot: 7, version: 0 }, { slot: 8 })).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringContaining('the cursor of the verifications could not be written'),
    });
  });

  it('is read as it stands, never as a replica remembers it', async () => {
    await put({ slot: 7, version: 4 });
    const asked: unknown[] = [];
    const dynamo = tables.client();
    const send = dynamo.send.bind(dynamo);
    Object.assign(dynamo, {
      send: (command: Parameters<typeof send>[0]) => {
        asked.push(command.input);
        return send(command);
      },
    });
    await storeOf(dynamo).read();
    expect(asked).toMatchObject([{ ConsistentRead: true }]);
  });
});
