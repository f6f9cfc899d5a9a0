import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Arrival,
  mostIn,
  SIMULATION_START_MS,
  type Simulated,
  simulate,
} from '../../support/simulated-queue/simulate.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Two and a half million receipts are lived through: about ten seconds, on a machine that does nothing else. */
const SLOW_MACHINE_MS = 180_000;
const settings = {
  perTenant: { requestsPerMinute: 600, concurrentIssuances: 20 },
  stsCallsPerSecond: 300,
};

/** A hundred thousand an hour, evenly, over 500 tenants. */
function* steadily(untilMs: number): Generator<Arrival> {
  const eachMs = HOUR_MS / 100_000;
  for (let index = 0; SIMULATION_START_MS + index * eachMs < untilMs; index += 1) {
    yield { atMs: SIMULATION_START_MS + index * eachMs, tenantId: `tenant-${index % 500}` };
  }
}

describe('an hour without STS, at 100,000 requests an hour', () => {
  const outMs = SIMULATION_START_MS + 15 * MINUTE_MS;
  const backMs = outMs + HOUR_MS;
  const endMs = backMs + 3.2 * HOUR_MS;
  let run: Simulated;
  const during = (fromMs: number, untilMs: number) => run.callsAtMs.filter((atMs) => atMs >= fromMs && atMs < untilMs);
  beforeAll(async () => {
    run = await simulate({
      arrivals: steadily(endMs - 10 * MINUTE_MS),
      settings,
      stsIsOut: (nowMs) => nowMs >= outMs && nowMs < backMs,
      untilMs: endMs,
    });
  }, SLOW_MACHINE_MS);

  it('sees STS called only to find out whether it is back', () => {
    const calls = during(outMs + MINUTE_MS, backMs);
    expect(calls.length).toBeGreaterThan(0);
    expect(mostIn(calls, MINUTE_MS)).toBeLessThanOrEqual(10);
  });

  it.each([
    ['second', 1_000],
    ['ten seconds', 10_000],
    ['minute', MINUTE_MS],
  ])('is followed by no more than one and a half times the usual calls in any %s', (_name, stretchMs) => {
    const usual = mostIn(during(SIMULATION_START_MS, outMs), stretchMs);
    expect(mostIn(during(backMs, endMs), stretchMs) / usual).toBeLessThanOrEqual(1.5);
  });

  it('serves everything that was queued, and no message is received so often that it becomes a dead letter', () => {
    expect(run.left).toBe(0);
    expect(run.mostReceives).toBeLessThan(100);
  });
});
