import { expect, it } from 'vitest';
import { fuzzTargets } from './fuzz/targets.ts';

/** `npm run fuzz` takes a million and a seed of its own. */
const INPUTS = 20_000;
const SEED = 20_260_901;

it.each(fuzzTargets)('$name: $claim', { timeout: 120_000 }, async ({ run, outcomes }) => {
  const report = await run({ inputs: INPUTS, seed: SEED });
  expect(report.broken).toBeUndefined();
  // What never happened proves nothing.
  for (const outcome of outcomes) expect(report.outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(0);
});
