import { beforeEach, describe, expect, it } from 'vitest';
import { denied, unknown } from '../../lib/ledger/issuance-endings.ts';
import { nextCall } from '../../lib/ledger/issuance-intents.ts';
import { leaseExpired, rescheduled, ticketRemoved } from '../../lib/ledger/issuance-transitions.ts';
import type { Ledger } from '../../lib/ledger/ledger.ts';
import { anIntended, anIssued, aRequest } from '../support/an-issuance.ts';
import { START_MS } from '../support/frozen-clock.ts';

export type LedgerUnderTest = {
  readonly ledger: Ledger;
  /** Puts this item there as it is, unchecked: what a job, the audit or a stranger wrote. */
  readonly write: (item: Readonly<Record<string, unknown>>) => Promise<void>;
  /** The item as it stands there. */
  readonly stored: (recordId: string) => Promise<Readonly<Record<string, unknown>> | undefined>;
};

/** Beyond anything that these tests ask to be due. */
const LATER_MS = START_MS * 2;
let names = 0;
const aName = () => `n${++names}`;
const denial = { code: 'sts.denied', stsRequestId: 'sts-1', atMs: START_MS + 1 } as const;

/** What every ledger must do. */
export function ledgerContract(name: string, make: () => LedgerUnderTest): void {
  describe(`the ledger ${name}`, () => {
    let at: LedgerUnderTest;
    beforeEach(() => {
      at = make();
    });

    async function opened() {
      const intended = anIntended(aName());
      expect(await at.ledger.open(intended)).toBe(true);
      return intended;
    }

    /** As a job claims: without the trail, by its own attributes only. */
    async function claimed() {
      const before = await opened();
      const there = anIssued(before);
      await at.ledger.advance(before, there);
      const { ticket: _removed, ...rest } = there;
      const claim = { atMs: START_MS + 5, attempt: 1, by: 'job' };
      await at.write({ ...rest, state: 'claimed', claim });
      return { issued: there, claim };
    }

    it('keeps the request that came first, and gives it to whoever comes later', async () => {
      const first = aRequest(aName(), { reason: 'first' });
      expect(await at.ledger.recordRequest(first)).toEqual({ first: true, record: first });
      const second = { ...first, reason: 'second', payloadSha256: 'x' };
      expect(await at.ledger.recordRequest(second)).toEqual({ first: false, record: first });
      expect(await at.ledger.readRequest(first.recordId)).toEqual(first);
    });

    it('knows nothing of what was not written', async () => {
      expect(await at.ledger.readRequest('req_none')).toBeUndefined();
      expect(await at.ledger.readIssuance('scan-account.none')).toBeUndefined();
    });

    it('keeps one of many requests with one id that come at once', async () => {
      const request = aRequest(aName());
      const many = Array.from({ length: 20 }, (_, index) => ({ ...request, reason: `nr ${index}` }));
      const answers = await Promise.all(many.map((one) => at.ledger.recordRequest(one)));
      expect(answers.filter(({ first }) => first)).toHaveLength(1);
      expect(new Set(answers.map(({ record }) => record.reason)).size).toBe(1);
    });

    it('gives an issuance back as it was opened', async () => {
      const intended = await opened();
      expect(await at.ledger.readIssuance(intended.recordId)).toEqual(intended);
    });

    it('opens an issuance for one owner only', async () => {
      const key = aName();
      const owners = Array.from({ length: 20 }, (_, index) => anIntended(key, `owner-${index}`));
      const won = await Promise.all(owners.map((one) => at.ledger.open(one)));
      expect(won.filter(Boolean)).toHaveLength(1);
      const there = await at.ledger.readIssuance(owners[0]?.recordId ?? '');
      expect(there).toEqual(owners[won.indexOf(true)]);
    });

    it('says again that an issuance was opened by whoever opened it', async () => {
      const intended = await opened();
      expect(await at.ledger.open(intended)).toBe(true);
      expect(await at.ledger.open(anIntended('x', 'owner-2'))).toBe(true);
    });

    it('advances an issuance that stands where it was read, and says so again to who did it', async () => {
      const intended = await opened();
      const after = anIssued(intended);
      expect(await at.ledger.advance(intended, after)).toBe(true);
      expect(await at.ledger.readIssuance(intended.recordId)).toEqual(after);
      expect(await at.ledger.advance(intended, after)).toBe(true);
      expect((await at.ledger.readIssuance(intended.recordId))?.trail).toHaveLength(2);
    });

    it('says that a write of its own which another one followed is nothing to go on with', async () => {
      const intended = await opened();
      const after = anIssued(intended);
      await at.ledger.advance(intended, after);
      await at.ledger.advance(
        after,
        ticketRemoved(after, { type: 'ticketRemoved', dueAtMs: LATER_MS, atMs: START_MS + 9 }),
      );
      expect(await at.ledger.advance(intended, after)).toBe(false);
      expect(await at.ledger.open(intended)).toBe(false);
    });

    it('does not advance what someone else moved meanwhile', async () => {
      const intended = await opened();
      const moved = leaseExpired(intended, START_MS + 45_000);
      expect(await at.ledger.advance(intended, moved)).toBe(true);
      expect(await at.ledger.advance(intended, anIssued(intended))).toBe(false);
      expect(await at.ledger.advance(intended, denied(intended, denial))).toBe(false);
      expect(await at.ledger.readIssuance(intended.recordId)).toEqual(moved);
    });

    it('lets one of many who would advance it at once', async () => {
      const intended = await opened();
      const many = Array.from({ length: 20 }, (_, index) =>
        nextCall(intended, { owner: `owner-${index}` }, START_MS + 1),
      );
      const won = await Promise.all(many.map((after) => at.ledger.advance(intended, after)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await at.ledger.readIssuance(intended.recordId)).toEqual(many[won.indexOf(true)]);
    });

    it('does not advance what is not there', async () => {
      const intended = anIntended(aName());
      expect(await at.ledger.advance(intended, anIssued(intended))).toBe(false);
      expect(await at.stored(intended.recordId)).toBeUndefined();
    });

    it('does not advance what a job has claimed, though its trail did not move', async () => {
      const { issued } = await claimed();
      const revoking = ticketRemoved(issued, { type: 'ticketRemoved', dueAtMs: LATER_MS, atMs: START_MS + 6 });
      expect(await at.ledger.advance(issued, revoking)).toBe(false);
      expect(await at.ledger.readIssuance(issued.recordId)).toMatchObject({
        state: 'claimed',
        trailHead: issued.trailHead,
      });
    });

    it('leaves what the job wrote where it is', async () => {
      const { issued, claim } = await claimed();
      const there = await at.ledger.readIssuance(issued.recordId);
      if (there?.state !== 'claimed') throw new Error('not claimed');
      // Even if the reading that it goes by did not have it.
      const { claim: _unread, ...stale } = there;
      expect(await at.ledger.advance(stale, unknown(stale, START_MS + 700_000))).toBe(true);
      expect(await at.ledger.readIssuance(issued.recordId)).toMatchObject({ state: 'unknown', claim });
    });

    it('removes the ticket with the write that takes it away', async () => {
      const intended = await opened();
      const after = anIssued(intended);
      await at.ledger.advance(intended, after);
      expect(await at.stored(intended.recordId)).toHaveProperty('ticket');
      await at.ledger.advance(
        after,
        ticketRemoved(after, { type: 'ticketRemoved', dueAtMs: LATER_MS, atMs: START_MS + 6 }),
      );
      expect(await at.stored(intended.recordId)).not.toHaveProperty('ticket');
    });

    it('reschedules without an entry in the trail', async () => {
      const intended = await opened();
      expect(await at.ledger.advance(intended, rescheduled(intended, START_MS + 1))).toBe(true);
      const there = await at.ledger.readIssuance(intended.recordId);
      expect(there).toEqual({ ...intended, dueAtMs: START_MS + 1 });
      const moved = leaseExpired(intended, START_MS + 45_000);
      await at.ledger.advance(intended, moved);
      expect(await at.ledger.advance(intended, rescheduled(intended, START_MS + 2))).toBe(false);
    });

    it('takes a change that changes nothing', async () => {
      const intended = await opened();
      expect(await at.ledger.advance(intended, intended)).toBe(true);
      expect(await at.ledger.readIssuance(intended.recordId)).toEqual(intended);
    });
  });
}
