import { afterAll, beforeAll, describe } from 'vitest';
import { breakCall } from './broken-calls.ts';
import { type FailureCase, testFailures } from './failure-case.ts';
import { type FailureWorld, startFailureWorld } from './failure-world.ts';
import { DELIVERED } from './standing.ts';

let world: FailureWorld;
beforeAll(async () => {
  world = await startFailureWorld({ timeoutSeconds: 1 });
}, 60_000);
afterAll(() => world.close());

const cases: readonly FailureCase[] = [
  {
    title: 'a job at its time-out before the claim claims at Lambda’s retry',
    breaks: (w) => [breakCall(w, 'jobReadsSwitches', { slowMs: 60_000 })],
    rightAfter: DELIVERED,
    // So short a time-out leaves the job no time to work; it says so itself.
    recovery: [{ seconds: 60, leaves: { claimsRefused: 0, handedBack: 0 } }],
    end: { ...DELIVERED, state: 'failed' },
  },
  {
    title: 'a job at its time-out after the claim ends as unknown and is not run again',
    breaks: (w) => [breakCall(w, 'jobOpens', { slowMs: 60_000 })],
    rightAfter: { ...DELIVERED, state: 'claimed' },
    recovery: [
      { seconds: 60, leaves: { state: 'claimed', claimsRefused: 1 } },
      { seconds: 540, leaves: { state: 'claimed' } },
      { seconds: 120 },
    ],
    end: { ...DELIVERED, state: 'unknown', trail: ['intended', 'issued', 'unknown'], claimsRefused: 1 },
  },
];
describe('a job that runs too long', () => testFailures(cases, () => world));
