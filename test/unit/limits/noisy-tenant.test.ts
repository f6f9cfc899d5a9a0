import { describe, expect, it } from 'vitest';
import {
  type Arrival,
  percentile,
  randomFrom,
  SIMULATION_START_MS,
  simulate,
} from '../../support/simulated-queue/simulate.ts';

const MINUTE_MS = 60_000;
const endMs = SIMULATION_START_MS + 4 * MINUTE_MS;
const settings = {
  perTenant: { requestsPerMinute: 600, concurrentIssuances: 20 },
  stsCallsPerSecond: 300,
};
const unlimited = {
  perTenant: { requestsPerMinute: 1e9, callsPerMinute: 1e9, concurrentIssuances: 1e9 },
  stsCallsPerSecond: 1e9,
};
const SHARE_PER_SECOND = settings.perTenant.requestsPerMinute / 60;

/** Requests of one tenant, by chance as services make them, so many a second on average. */
function arrivalsOf(tenantId: string, perSecond: number): readonly Arrival[] {
  const random = randomFrom(tenantId.length);
  const arrivals: Arrival[] = [];
  let atMs = SIMULATION_START_MS;
  for (;;) {
    atMs += (-Math.log(1 - random()) * 1_000) / perSecond;
    if (atMs >= endMs - MINUTE_MS) return arrivals;
    arrivals.push({ atMs, tenantId });
  }
}

async function run(tenants: Readonly<Record<string, number>>, limits = settings) {
  const arrivals = Object.entries(tenants)
    .flatMap(([tenantId, perSecond]) => arrivalsOf(tenantId, perSecond))
    .sort((one, other) => one.atMs - other.atMs);
  const simulated = await simulate({ arrivals, settings: limits, untilMs: endMs });
  return { ...simulated, p99: (tenantId: string) => percentile(simulated.waitsMs.get(tenantId) ?? [], 0.99) };
}

const others = { globex: 2, initech: SHARE_PER_SECOND / 2 };

describe('a tenant that asks for ten times its share', () => {
  it.each([10, 30])('leaves the others within twice what they wait without it, even at %i times', async (times) => {
    const alone = await run(others);
    const beside = await run({ ...others, acme: SHARE_PER_SECOND * times });
    for (const tenantId of Object.keys(others)) {
      expect(beside.p99(tenantId)).toBeLessThanOrEqual(2 * alone.p99(tenantId));
      expect(beside.waitsMs.get(tenantId)?.length).toBe(alone.waitsMs.get(tenantId)?.length);
    }
  });

  it('is served at its share all the while, and the rest of it stays queued', async () => {
    const { waitsMs, heldBack, left } = await run({ ...others, acme: SHARE_PER_SECOND * 10 });
    const served = waitsMs.get('acme')?.length ?? 0;
    expect(served / 4).toBeGreaterThan(0.8 * settings.perTenant.requestsPerMinute);
    expect(served / 4).toBeLessThanOrEqual(settings.perTenant.requestsPerMinute);
    expect([...heldBack.keys()]).toEqual(['tenant.rateLimited']);
    expect(left).toBeGreaterThan(0);
  });

  it('would make them wait for minutes without the limits', async () => {
    const { p99 } = await run({ ...others, acme: SHARE_PER_SECOND * 50 }, unlimited);
    expect(p99('globex')).toBeGreaterThan(MINUTE_MS);
  });
});
