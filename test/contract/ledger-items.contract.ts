import { beforeEach, describe, expect, it } from 'vitest';
import { denied } from '../../lib/ledger/issuance-endings.ts';
import { openRefused } from '../../lib/ledger/issuance-intents.ts';
import { rescheduled } from '../../lib/ledger/issuance-transitions.ts';
import { anIdentity, anIntended, anIssued, aRequest } from '../support/an-issuance.ts';
import { START_MS } from '../support/frozen-clock.ts';
import type { LedgerUnderTest } from './ledger.contract.ts';

let names = 0;
const aName = () => `item ${++names}`;
const denial = { code: 'sts.denied', stsRequestId: 'sts-1', atMs: START_MS + 1 } as const;
/** Beyond anything that these tests ask to be due. */
const LATER_MS = START_MS * 2;

/** What every ledger must let in and give out: items of its closed schema, and what is due. Begins with an empty one. */
export function ledgerItemsContract(name: string, make: () => LedgerUnderTest): void {
  describe(`the items of the ledger ${name}`, () => {
    let at: LedgerUnderTest;
    beforeEach(() => {
      at = make();
    });

    it('gives what is due, oldest first, and nothing that is not', async () => {
      const made = [anIntended(aName()), anIntended(aName()), anIntended(aName())];
      for (const one of made) await at.ledger.open(one);
      const dueAtMs = [30, 10, 20];
      for (const [index, one] of made.entries()) {
        await at.ledger.advance(one, rescheduled(one, dueAtMs[index] ?? 0));
      }
      await at.ledger.open(openRefused(anIdentity(aName()), { reason: 'account.none', explanation: '' }, START_MS));
      const ids = [made[1], made[2], made[0]].map((one) => one?.recordId);
      expect(await at.ledger.due({ nowMs: 30, limit: 10 })).toEqual(ids);
      expect(await at.ledger.due({ nowMs: 29, limit: 10 })).toEqual(ids.slice(0, 2));
      expect(await at.ledger.due({ nowMs: 30, limit: 1 })).toEqual(ids.slice(0, 1));
      expect(await at.ledger.due({ nowMs: 9, limit: 10 })).toEqual([]);
      for (const one of made) await at.ledger.advance({ ...one, dueAtMs: 0 }, denied({ ...one }, denial));
      expect(await at.ledger.due({ nowMs: 30, limit: 10 })).toEqual([]);
    });

    it('postpones what is due, whatever is in it, and nothing that is not', async () => {
      const intended = anIntended(aName());
      await at.ledger.open(intended);
      await at.write({ ...intended, dueAtMs: 5, state: 'scrambled' });
      await at.ledger.postpone(intended.recordId, 50);
      expect(await at.ledger.due({ nowMs: 49, limit: 10 })).toEqual([]);
      expect(await at.ledger.due({ nowMs: 50, limit: 10 })).toEqual([intended.recordId]);
      await at.ledger.postpone(intended.recordId, LATER_MS);
      await at.ledger.postpone('scan-account.none', 1);
      expect(await at.stored('scan-account.none')).toBeUndefined();
    });

    const strangers = ['secretAccessKey', 'sessionToken', 'externalId', 'policy', 'plaintext'];
    it.each(strangers)('takes no attribute outside its schema: %s', async (attribute) => {
      const intended = anIntended(aName());
      const request = aRequest(aName());
      const refused = { code: 'store.itemInvalid', retryable: false };
      await expect(at.ledger.open({ ...intended, ...{ [attribute]: 'canary' } })).rejects.toMatchObject(refused);
      await expect(at.ledger.recordRequest({ ...request, ...{ [attribute]: 'canary' } })).rejects.toMatchObject(
        refused,
      );
      await at.ledger.open(intended);
      const after = { ...anIssued(intended), ...{ [attribute]: 'canary' } };
      await expect(at.ledger.advance(intended, after)).rejects.toMatchObject(refused);
      expect(await at.stored(intended.recordId)).toEqual(intended);
      expect(await at.stored(request.recordId)).toBeUndefined();
    });

    it.each([
      ['of no known state', { state: 'scrambled' }],
      ['with an attribute of no schema', { secretAccessKey: 'canary' }],
      ['without its trail', { trail: undefined }],
      ['with an attempt below zero', { attempt: -1 }],
      ['with a ticket where none may be', { ticket: { wrappedKey: new Uint8Array(1), attempt: 1, usableUntilMs: 1 } }],
    ])('reads no item %s, and does not show it', async (_, change) => {
      const intended = anIntended(aName());
      const item = Object.entries({ ...intended, ...change }).filter(([, value]) => value !== undefined);
      await at.write(Object.fromEntries(item));
      const reading = at.ledger.readIssuance(intended.recordId);
      await expect(reading).rejects.toMatchObject({ code: 'store.itemInvalid', retryable: false });
      await expect(reading).rejects.toThrow(/^(?!.*canary)/);
    });
  });
}
