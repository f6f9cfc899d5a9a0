import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROKER_BUDGET_BYTES, type Bundles, bundleBothWays } from './figures/bundle-sizes.ts';
import { cannedAws } from './figures/canned-aws.ts';
import { clientsOver } from './figures/deployed-broker.ts';
import { type OutcomeFigure, outcomeFigures } from './figures/figures.ts';
import { latencyFigures, roundTrips } from './figures/latency.ts';
import { middyPeer } from './figures/middy-peer.ts';

let costs: readonly OutcomeFigure[] = [];
let bundles: Bundles | undefined;
let folder = '';

beforeAll(async () => {
  costs = await outcomeFigures(95);
  folder = await mkdtemp(path.join(tmpdir(), 'figures-test-'));
  bundles = await bundleBothWays(folder);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What one issuance may cost, its audit with it. Whoever raises one says in the commit what is bought for it. */
const budgets = [
  { outcome: 'completed', dynamoCalls: 18, readUnits: 12, writeUnits: 29, kmsCalls: 2, stsCalls: 1, lambda: 6 },
  { outcome: 'denied', dynamoCalls: 15, readUnits: 8.5, writeUnits: 20, kmsCalls: 1, stsCalls: 1, lambda: 4 },
  { outcome: 'refused', dynamoCalls: 9, readUnits: 6, writeUnits: 8, kmsCalls: 0, stsCalls: 0, lambda: 2 },
  { outcome: 'throttled once', dynamoCalls: 26, readUnits: 15.5, writeUnits: 43, kmsCalls: 3, stsCalls: 2, lambda: 7 },
  { outcome: 'retried once', dynamoCalls: 34, readUnits: 23, writeUnits: 50, kmsCalls: 3, stsCalls: 2, lambda: 9 },
  { outcome: 'unknown', dynamoCalls: 21, readUnits: 16, writeUnits: 34, kmsCalls: 2, stsCalls: 1, lambda: 8 },
] as const;

describe('what an issuance costs', () => {
  it.each(budgets)('keeps to the budget of an issuance that is $outcome', ({ outcome, ...budget }) => {
    const figure = costs.find(({ name }) => name === outcome);
    const both = (name: keyof OutcomeFigure['pipeline']) =>
      (figure?.pipeline[name] ?? Number.NaN) + (figure?.audit[name] ?? Number.NaN);
    expect(both('dynamoCalls')).toBeLessThanOrEqual(budget.dynamoCalls);
    expect(both('readUnits')).toBeLessThanOrEqual(budget.readUnits);
    expect(both('writeUnits')).toBeLessThanOrEqual(budget.writeUnits);
    expect(both('kmsCalls')).toBe(budget.kmsCalls);
    expect(both('stsCalls')).toBe(budget.stsCalls);
    expect(both('lambdaInvocations')).toBeLessThanOrEqual(budget.lambda);
  });

  it('has a budget for every outcome, and prices each of them', () => {
    expect(costs.map(({ name }) => name)).toEqual(budgets.map(({ outcome }) => outcome));
    for (const { usd } of costs) expect(usd.totalBusy).toBeLessThan(usd.total);
  });

  it('keeps every item of one issuance to one read unit', () => {
    for (const { largestItemBytes } of costs) expect(largestItemBytes).toBeLessThan(4_096);
  });
});

describe('the time from an event to its job', () => {
  it('is three serial round trips more than the bare chain: request, intent, issued', async () => {
    expect(await roundTrips()).toEqual({ broker: 6, bare: 3 });
  });

  it('is at most a fifth more on the typical model', async () => {
    const [typical] = await latencyFigures();
    expect(typical?.ratio).toBeLessThanOrEqual(1.2);
  });
});

describe('the peer with @middy/sts', () => {
  it('makes one session for each invocation, by one call, and nothing else', async () => {
    const asked: string[] = [];
    const clients = clientsOver(cannedAws(Date.now, async ({ action }) => void asked.push(action)));
    const job = middyPeer(clients.sts);
    for (const id of ['one', 'another']) await job({ id });
    expect(asked).toEqual(['AssumeRole', 'AssumeRole']);
  });
});

describe('the bundles', () => {
  it('take modules of Node without what Node loads for an import of them', async () => {
    const texts = await Promise.all((bundles?.pairs ?? []).map(({ file }) => readFile(file, 'utf8')));
    expect(texts.filter((text) => /from\s*["']node:|import\(\s*["']node:/.test(text))).toEqual([]);
    expect(texts.every((text) => text.includes('process.getBuiltinModule("node:https")'))).toBe(true);
  });

  it('keep the broker to 500 KB', () => {
    const broker = bundles?.pairs.find(({ name }) => name === 'issue-credentials');
    expect(broker?.bytes).toBeLessThanOrEqual(BROKER_BUDGET_BYTES);
  });

  it('have half the bytes, at the most, of the same functions bundled naively', () => {
    expect(bundles?.pairs.length).toBeGreaterThan(10);
    const large = bundles?.pairs.filter(({ bytes, naiveBytes }) => bytes > naiveBytes / 2);
    expect(large).toEqual([]);
  });
});
