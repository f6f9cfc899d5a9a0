import { beforeAll, describe, expect, it } from 'vitest';
import { type HappyPathRun, happyPath, type PlannedFault, singleFaults } from './happy-path.ts';

/** Every single fault of the happy path; `npm run test:double-faults` adds every second one to each of them. */
describe('one request, with one fault', () => {
  let runs: readonly (HappyPathRun & { readonly fault: PlannedFault })[];
  let untouched: HappyPathRun;
  beforeAll(async () => {
    untouched = await happyPath([]);
    const singles = await singleFaults();
    runs = await Promise.all(singles.map(async (fault) => ({ fault, ...(await happyPath([fault])) })));
  }, 60_000);

  it('covers every call that is made for it', () => {
    expect(untouched).toMatchObject({ state: 'completed', attempts: 1, violations: [] });
    expect(new Set(runs.map(({ fault }) => fault.at))).toEqual(new Set(untouched.sites.keys()));
    expect(runs.length).toBeGreaterThan(140);
  });

  it('keeps every invariant, wherever it strikes', () => {
    const broken = runs.filter(({ violations }) => violations.length > 0);
    expect(broken.map(({ fault, violations }) => ({ fault, violations }))).toEqual([]);
  });

  it('ends as completed unless the job itself broke or went silent after its claim', () => {
    const elsewhere = runs.filter(({ state }) => state !== 'completed');
    const sites = elsewhere.map(({ fault }) => untouched.sites[fault.at]);
    expect(new Set(sites)).toEqual(new Set(['ledger.claim', 'kms.decrypt', 'job.work', 'ledger.report']));
    expect(new Set(elsewhere.map(({ state }) => state))).toEqual(new Set(['failed', 'unknown']));
  });

  it('costs no attempt where the client repeated a write whose answer was lost', () => {
    const repeated = runs.filter(({ fault }) => fault.kind === 'repeat');
    expect(repeated.length).toBeGreaterThan(10);
    expect(new Set(repeated.map(({ attempts }) => attempts))).toEqual(new Set([1]));
  });
});
