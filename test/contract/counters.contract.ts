import { beforeEach, describe, expect, it } from 'vitest';
import type { CounterRow, Counters } from '../../lib/limits/counters.ts';

let names = 0;

/** What all counters must do. */
export function countersContract(name: string, make: () => Counters): void {
  describe(`the counters ${name}`, () => {
    let counters: Counters;
    let row: CounterRow;
    beforeEach(() => {
      counters = make();
      names += 1;
      row = { counter: `rate#tenant-${names}#2031-05-06T07:08`, expiresAtSeconds: 1_935_645_000 };
    });

    it('have counted nothing where nothing was counted', async () => {
      expect(await counters.read(row.counter)).toEqual({});
    });

    it('add, set and remove in one change, and tell what came of it', async () => {
      expect(await counters.change(row, { add: { calls: 2 }, set: { untilMs: 7 } })).toEqual({ calls: 2, untilMs: 7 });
      expect(await counters.change(row, { add: { calls: -1 }, remove: ['untilMs'] })).toEqual({ calls: 1 });
      expect(await counters.read(row.counter)).toEqual({ calls: 1 });
    });

    it('change nothing when one of several conditions does not hold', async () => {
      await counters.change(row, { add: { calls: 5, requests: 1 } });
      const when = [
        { name: 'requests', atMost: 1 },
        { name: 'calls', atMost: 4 },
      ];
      expect(await counters.change(row, { add: { calls: 1, requests: 1 }, when })).toBeUndefined();
      expect(await counters.read(row.counter)).toEqual({ calls: 5, requests: 1 });
    });

    it('take a number that is not there for one that is not over', async () => {
      expect(
        await counters.change(row, { set: { openUntilMs: 1 }, when: [{ name: 'openUntilMs', atMost: 0 }] }),
      ).toEqual({ openUntilMs: 1 });
    });

    it('can ask for a number to be there', async () => {
      const when = [{ name: 'openUntilMs', present: true }] as const;
      expect(await counters.change(row, { set: { probeUntilMs: 5 }, when })).toBeUndefined();
      await counters.change(row, { set: { openUntilMs: 1 } });
      expect(await counters.change(row, { set: { probeUntilMs: 5 }, when })).toEqual({
        openUntilMs: 1,
        probeUntilMs: 5,
      });
    });

    it('let exactly as many pass as the ceiling says, however many come at once', async () => {
      const take = () => counters.change(row, { add: { requests: 1 }, when: [{ name: 'requests', atMost: 6 }] });
      const taken = await Promise.all(Array.from({ length: 20 }, take));
      expect(taken.filter((one) => one !== undefined)).toHaveLength(7);
      expect(await counters.read(row.counter)).toEqual({ requests: 7 });
    });

    it('admit no more members than the limit, and each that was admitted again', async () => {
      const admit = (member: string) => counters.admit(row, { member, limit: 2 });
      expect(await admit('acme')).toBe(true);
      expect(await admit('globex')).toBe(true);
      expect(await admit('initech')).toBe(false);
      expect(await admit('acme')).toBe(true);
      expect(await admit('initech')).toBe(false);
    });

    it('admit as many as the limit when all come at once, each of them several times', async () => {
      const members = Array.from({ length: 30 }, (_, index) => `tenant-${index % 10}`);
      const admitted = await Promise.all(members.map((member) => counters.admit(row, { member, limit: 4 })));
      const names = new Set(members.filter((_, index) => admitted[index]));
      expect(names.size).toBe(4);
      expect(await Promise.all([...names].map((member) => counters.admit(row, { member, limit: 4 })))).not.toContain(
        false,
      );
    });

    it('admit nobody where nobody is to be', async () => {
      expect(await counters.admit(row, { member: 'acme', limit: 0 })).toBe(false);
    });

    it('keep numbers and members of one row apart, and rows from one another', async () => {
      await counters.admit(row, { member: 'acme', limit: 1 });
      expect(await counters.change(row, { add: { calls: 1 } })).toEqual({ calls: 1 });
      expect(await counters.read(`${row.counter}-other`)).toEqual({});
    });
  });
}
