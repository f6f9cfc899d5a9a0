import { afterAll, beforeAll, describe, expect } from 'vitest';
import { breakCall, killAfter } from './broken-calls.ts';
import { CIPHERTEXT, deadLetters } from './dead-letters.ts';
import { type FailureCase, testFailures } from './failure-case.ts';
import { type FailureWorld, startFailureWorld } from './failure-world.ts';
import { COMPLETED, DELIVERED, type Standing } from './standing.ts';

let world: FailureWorld;
beforeAll(async () => {
  world = await startFailureWorld();
}, 60_000);
afterAll(() => world.close());

const AGAIN: Standing = {
  ...COMPLETED,
  trail: ['intended', 'issued', 'ticketRemoved', 'intended', 'issued'],
  attempts: ['unclaimed', 'issued'],
  assumeRoleCalls: 2,
  handedBack: 1,
};
const CLAIMED: Standing = { ...DELIVERED, state: 'claimed' };
const UNKNOWN: Standing = { ...CLAIMED, state: 'unknown', trail: ['intended', 'issued', 'unknown'] };

const beforeTheClaim: readonly FailureCase[] = [
  {
    title: 'a job that cannot read the switches claims at Lambda’s retry',
    breaks: (w) => [breakCall(w, 'jobReadsSwitches', 'unavailable', 5)],
    times: [5],
    rightAfter: DELIVERED,
    recovery: [{ seconds: 60 }],
    end: COMPLETED,
  },
  {
    title: 'a job that is killed before its claim claims at Lambda’s retry',
    breaks: (w) => [killAfter(w, 'jobReadsSwitches')],
    rightAfter: DELIVERED,
    recovery: [{ seconds: 60 }],
    end: COMPLETED,
  },
  {
    title: 'a claim that never reached the table is made at Lambda’s retry',
    breaks: (w) => [breakCall(w, 'jobClaims', 'dropRequest')],
    rightAfter: DELIVERED,
    recovery: [{ seconds: 60 }],
    end: COMPLETED,
  },
  {
    title: 'a job that dies in all three tries is dead-lettered, and the sweeper makes the next attempt',
    breaks: (w) => [1, 2, 3].map(() => breakCall(w, 'jobClaims', 'unavailable')),
    rightAfter: DELIVERED,
    recovery: [{ seconds: 60, leaves: DELIVERED }, { seconds: 120, leaves: DELIVERED }, { seconds: 180 }],
    end: AGAIN,
    also: (w) => expect(deadLetters(w).at(-1)).toEqual({ condition: 'RetriesExhausted', ...CIPHERTEXT }),
  },
  {
    title: 'an event that grew too old is dead-lettered, and the sweeper makes the next attempt',
    breaks: (w) => [breakCall(w, 'jobClaims', 'unavailable')],
    rightAfter: DELIVERED,
    recovery: [{ seconds: 241, leaves: DELIVERED }, { seconds: 120 }],
    end: AGAIN,
    also: (w) => expect(deadLetters(w).at(-1)).toEqual({ condition: 'EventAgeExceeded', ...CIPHERTEXT }),
  },
];
describe('a job that breaks before its claim', () => testFailures(beforeTheClaim, () => world));

/** Lambda’s retry comes after a minute and finds the claim made; the fence is ten minutes after the issue. */
const SILENCE = [
  { seconds: 60, leaves: { state: 'claimed' } },
  { seconds: 540, leaves: { state: 'claimed' } },
  { seconds: 120 },
] as const;
const afterTheClaim: readonly FailureCase[] = [
  {
    title: 'a job that throws is reported failed and not run again',
    detail: { input: { wrong: true } },
    breaks: () => [],
    rightAfter: { ...DELIVERED, state: 'failed' },
    recovery: [{ seconds: 60 }],
    end: { ...DELIVERED, state: 'failed' },
  },
  {
    title: 'a job that is killed while it works ends as unknown and is not run again',
    breaks: (w) => [killAfter(w, 'jobWorks')],
    rightAfter: { ...CLAIMED, runs: 1 },
    recovery: SILENCE,
    end: { ...UNKNOWN, runs: 1, claimsRefused: 1 },
  },
  {
    title: 'a job that is killed before it opens its envelope ends as unknown: nobody can use the session',
    breaks: (w) => [killAfter(w, 'jobClaims')],
    rightAfter: CLAIMED,
    recovery: SILENCE,
    end: { ...UNKNOWN, claimsRefused: 1 },
  },
  {
    title: 'a claim whose answer is lost ends as unknown: nobody can use the session',
    breaks: (w) => [breakCall(w, 'jobClaims', 'loseResponse')],
    rightAfter: CLAIMED,
    recovery: SILENCE,
    end: { ...UNKNOWN, claimsRefused: 1 },
  },
  {
    title: 'an envelope that KMS does not open is reported failed',
    breaks: (w) => [breakCall(w, 'jobOpens', { code: 'DisabledException', statusCode: 400 })],
    rightAfter: { ...DELIVERED, state: 'failed' },
    recovery: [],
    end: { ...DELIVERED, state: 'failed' },
  },
  {
    title: 'a report that cannot be written leaves the issuance to end as unknown',
    breaks: (w) => [breakCall(w, 'jobReports', 'unavailable', 5)],
    times: [5],
    rightAfter: { ...CLAIMED, runs: 1 },
    recovery: SILENCE,
    end: { ...UNKNOWN, runs: 1 },
  },
  {
    title: 'a report whose answer is lost is there all the same',
    breaks: (w) => [breakCall(w, 'jobReports', 'loseResponse')],
    rightAfter: COMPLETED,
    recovery: [],
    end: COMPLETED,
  },
];
describe('a job that breaks after its claim', () => testFailures(afterTheClaim, () => world));
