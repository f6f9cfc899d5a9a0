import { beforeEach, describe, expect, it } from 'vitest';
import type { Switches } from '../../lib/switches/switches.ts';
import { START_MS } from '../support/frozen-clock.ts';

export type SwitchesUnderTest = {
  readonly switches: Switches;
  /** Puts this item there as it is, unchecked. */
  readonly write: (item: Readonly<Record<string, unknown>>) => Promise<void>;
};

let names = 0;
const why = { by: 'operator', reason: 'incident' };

/** What all switches must do. Begins with every switch on; their clock stands at `START_MS`. */
export function switchesContract(name: string, make: () => SwitchesUnderTest): void {
  describe(`the switches ${name}`, () => {
    let at: SwitchesUnderTest;
    let of: { readonly job: string; readonly tenantId: string };
    const off = async () => (await at.switches.read(of)).map(({ switchId }) => switchId);
    beforeEach(() => {
      at = make();
      names += 1;
      of = { job: `job-${names}`, tenantId: `tenant-${names}` };
    });

    it('are on as long as nobody switched them off', async () => {
      expect(await at.switches.read(of)).toEqual([]);
    });

    it('say who switched off what, when and why', async () => {
      await at.switches.switchOff(`tenant#${of.tenantId}`, why);
      expect(await at.switches.read(of)).toEqual([{ switchId: `tenant#${of.tenantId}`, sinceMs: START_MS, ...why }]);
    });

    it('tell, for a replay, in which window replays are allowed, and who is switched off', async () => {
      expect(await at.switches.readForReplay(of)).toEqual({ switchedOff: [], replay: undefined });
      const window = { switchId: 'replay', sinceMs: START_MS, untilMs: START_MS + 60_000, ...why };
      await at.write(window);
      await at.switches.switchOff(`job#${of.job}`, why);
      expect(await at.switches.readForReplay(of)).toEqual({
        switchedOff: [{ switchId: `job#${of.job}`, sinceMs: START_MS, ...why }],
        replay: window,
      });
      expect(await off()).toEqual([`job#${of.job}`]);
      await at.write({ ...window, untilMs: 'for ever' });
      await expect(at.switches.readForReplay(of)).rejects.toMatchObject({ code: 'store.itemInvalid' });
      await at.switches.switchOn('replay');
    });

    it('are named from the widest to the narrowest', async () => {
      for (const id of [`tenant#${of.tenantId}`, 'global', `job#${of.job}`]) await at.switches.switchOff(id, why);
      expect(await off()).toEqual(['global', `job#${of.job}`, `tenant#${of.tenantId}`]);
      await at.switches.switchOn('global');
      expect(await off()).toEqual([`job#${of.job}`, `tenant#${of.tenantId}`]);
    });

    it('stop nobody else', async () => {
      for (const id of ['job#another', 'tenant#another', `job#${of.tenantId}`, `tenant#${of.job}`, 'GLOBAL']) {
        await at.switches.switchOff(id, why);
      }
      expect(await off()).toEqual([]);
    });

    it('may be switched twice', async () => {
      const id = `job#${of.job}`;
      await at.switches.switchOff(id, why);
      await at.switches.switchOff(id, { ...why, reason: 'still' });
      expect(await at.switches.read(of)).toMatchObject([{ switchId: id, reason: 'still' }]);
      await at.switches.switchOn(id);
      await at.switches.switchOn(id);
      expect(await off()).toEqual([]);
    });

    it.each([
      ['nothing but its key', {}],
      ['a time that is no number', { sinceMs: 'now', ...why }],
      ['a time that no calendar has', { sinceMs: 9e15, ...why }],
      ['no reason', { sinceMs: 1, by: 'operator' }],
    ])('are not on where a row cannot be read: %s', async (_, row) => {
      await at.write({ switchId: `tenant#${of.tenantId}`, ...row });
      await expect(at.switches.read(of)).rejects.toMatchObject({ code: 'store.itemInvalid' });
    });
  });
}
