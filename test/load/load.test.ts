import { describe, expect, it } from 'vitest';
import { brokenPromises } from './load-report.ts';
import { runLoad } from './run-load.ts';

const nothing = { crossed: 0, twice: 0 };

describe('a load of poison, duplicates and faults, its processes killed in the middle', () => {
  it('loses nothing that was accepted, crosses nothing, and handles poison as often as it must', async () => {
    const run = await runLoad({ requests: 300, tenants: 30, kills: 2, cleanEvery: 0 });
    expect(brokenPromises(run)).toEqual([]);
    expect(run.kills.count).toBe(2);
    expect(run.kills.interrupted).toBeGreaterThan(0);
    expect(run.valid).toBe(254);
    expect(run.ledger).toMatchObject({ lost: [], crossed: 0 });
    expect(run.runs).toMatchObject(nothing);
    expect(run.runs.started).toBeGreaterThan(240);
    expect(Object.keys(run.received)).toEqual(
      expect.arrayContaining(['valid', 'duplicate', 'permanentPoison', 'transientPoison']),
    );
    expect(run.deadLetters).toBe(6);
  });
});
