import { afterAll, beforeAll, describe } from 'vitest';
import { killAfter } from './broken-calls.ts';
import { type FailureCase, testFailures } from './failure-case.ts';
import { type FailureWorld, startFailureWorld } from './failure-world.ts';
import { COMPLETED, DELIVERED, NOTHING, type Standing } from './standing.ts';

let world: FailureWorld;
beforeAll(async () => {
  world = await startFailureWorld();
}, 60_000);
afterAll(() => world.close());

const INTENDED: Standing = { ...NOTHING, state: 'intended', trail: ['intended'], attempts: ['open'] };
const RETRIED: Standing = {
  ...COMPLETED,
  trail: ['intended', 'leaseExpired', 'intended', 'issued'],
  attempts: ['unknown', 'issued'],
  handedBack: 1,
};
/** The lease is 45 s, the sweeper comes each minute. */
const LEASE = [{ seconds: 40, leaves: { state: 'intended', trail: ['intended'] } }, { seconds: 65 }] as const;

const cases: readonly FailureCase[] = [
  {
    title: 'a broker that dies before the intent leaves the message, which is delivered again',
    breaks: (w) => [killAfter(w, 'brokerRecordsRequest')],
    rightAfter: NOTHING,
    recovery: [{ seconds: 170, leaves: NOTHING }, { seconds: 15 }],
    end: COMPLETED,
  },
  {
    title: 'a broker that dies after the intent leaves it to the sweeper; STS was not called',
    breaks: (w) => [killAfter(w, 'brokerRecordsIntent')],
    rightAfter: INTENDED,
    recovery: LEASE,
    end: RETRIED,
  },
  {
    title: 'a broker that dies after STS leaves a session that nobody holds, and the sweeper makes the next attempt',
    breaks: (w) => [killAfter(w, 'brokerAssumes')],
    rightAfter: { ...INTENDED, assumeRoleCalls: 1 },
    recovery: LEASE,
    end: { ...RETRIED, assumeRoleCalls: 2 },
  },
  {
    title: 'a broker that dies after the issue leaves a ticket without an envelope, which the sweeper removes',
    breaks: (w) => [killAfter(w, 'brokerRecordsIssue')],
    rightAfter: DELIVERED,
    recovery: [{ seconds: 290, leaves: DELIVERED }, { seconds: 75 }],
    end: {
      ...COMPLETED,
      trail: ['intended', 'issued', 'ticketRemoved', 'intended', 'issued'],
      attempts: ['unclaimed', 'issued'],
      assumeRoleCalls: 2,
      handedBack: 1,
    },
  },
  {
    title: 'a broker that dies after the invocation has done its work; the message finds it done',
    breaks: (w) => [killAfter(w, 'brokerInvokes')],
    rightAfter: COMPLETED,
    recovery: [{ seconds: 185 }],
    end: COMPLETED,
  },
  {
    title: 'a broker that dies after STS in all three attempts fails the issuance; nobody ever had a session',
    breaks: (w) => [killAfter(w, 'brokerAssumes', 3)],
    times: [3],
    rightAfter: { ...INTENDED, assumeRoleCalls: 1 },
    recovery: [
      { seconds: 60, leaves: { state: 'intended', assumeRoleCalls: 2 } },
      { seconds: 60, leaves: { state: 'intended', assumeRoleCalls: 3 } },
      { seconds: 60 },
    ],
    end: {
      ...NOTHING,
      state: 'failed',
      trail: ['intended', 'leaseExpired', 'intended', 'leaseExpired', 'intended', 'failed'],
      attempts: ['unknown', 'unknown', 'unknown sts.outcomeUnknown'],
      assumeRoleCalls: 3,
      handedBack: 2,
    },
  },
];
describe('a broker that dies', () => testFailures(cases, () => world));
