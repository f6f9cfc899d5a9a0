import { afterAll, beforeAll, describe } from 'vitest';
import { breakCall } from './broken-calls.ts';
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

/** The SDK repeats a call to DynamoDB up to three times. */
const UNTIL_GIVEN_UP = 4;

const beforeTheIntent: readonly FailureCase[] = [
  {
    title: 'a tenants table that cannot be read issues nothing; the message comes back until it can',
    breaks: (w) => [breakCall(w, 'brokerReadsTenant', 'unavailable', 2 * UNTIL_GIVEN_UP)],
    times: [2 * UNTIL_GIVEN_UP],
    rightAfter: NOTHING,
    recovery: [{ seconds: 10, leaves: NOTHING }, { seconds: 20 }],
    end: COMPLETED,
  },
  {
    title: 'a switches table that cannot be read issues nothing: unreadable is off',
    breaks: (w) => [breakCall(w, 'brokerReadsSwitches', 'unavailable', UNTIL_GIVEN_UP)],
    times: [UNTIL_GIVEN_UP],
    rightAfter: NOTHING,
    recovery: [{ seconds: 10 }],
    end: COMPLETED,
  },
  {
    title: 'a ledger that throttles the request’s record keeps the message; STS is not called',
    // The SDK waits for seconds after a throttled call, but for the last one, and that one’s error is what counts.
    breaks: (w) => [
      breakCall(w, 'brokerRecordsRequest', 'unavailable', UNTIL_GIVEN_UP - 1),
      breakCall(w, 'brokerRecordsRequest', 'throttle'),
    ],
    times: [UNTIL_GIVEN_UP - 1, 1],
    rightAfter: NOTHING,
    recovery: [{ seconds: 10 }],
    end: COMPLETED,
  },
  {
    title: 'a ledger that is away at the intent keeps the message; STS is not called',
    breaks: (w) => [breakCall(w, 'brokerRecordsIntent', 'unavailable', UNTIL_GIVEN_UP)],
    times: [UNTIL_GIVEN_UP],
    rightAfter: NOTHING,
    recovery: [{ seconds: 10 }],
    end: COMPLETED,
  },
  {
    title: 'an intent whose answer is lost is found to be the broker’s own',
    breaks: (w) => [breakCall(w, 'brokerRecordsIntent', 'loseResponse')],
    rightAfter: COMPLETED,
    recovery: [],
    end: COMPLETED,
  },
];
describe('a table that breaks before the intent', () => testFailures(beforeTheIntent, () => world));

const afterSts: readonly FailureCase[] = [
  {
    title: 'a ledger that is away after STS drops the session, and the sweeper makes the next attempt',
    breaks: (w) => [breakCall(w, 'brokerRecordsIssue', 'unavailable', UNTIL_GIVEN_UP)],
    times: [UNTIL_GIVEN_UP],
    rightAfter: { ...INTENDED, assumeRoleCalls: 1 },
    recovery: [{ seconds: 40, leaves: { state: 'intended', handedBack: 0 } }, { seconds: 65 }],
    end: { ...RETRIED, assumeRoleCalls: 2 },
  },
  {
    title: 'an issue whose answer is lost is found to be the broker’s own',
    breaks: (w) => [breakCall(w, 'brokerRecordsIssue', 'loseResponse')],
    rightAfter: COMPLETED,
    recovery: [],
    end: COMPLETED,
  },
];
describe('a ledger that breaks after STS', () => testFailures(afterSts, () => world));

const sweeping: readonly FailureCase[] = [
  {
    title: 'a sweeper that cannot read what is due leaves it to the next minute’s',
    breaks: (w) => [
      breakCall(w, 'brokerAssumes', 'dropRequest'),
      breakCall(w, 'sweeperLooks', 'unavailable', UNTIL_GIVEN_UP),
    ],
    times: [1, UNTIL_GIVEN_UP],
    rightAfter: { state: 'intended' },
    recovery: [{ seconds: 65, leaves: { state: 'intended', handedBack: 0 } }, { seconds: 60 }],
    end: {
      ...DELIVERED,
      state: 'completed',
      trail: ['intended', 'released', 'intended', 'issued'],
      attempts: ['unknown sts.outcomeUnknown', 'issued'],
      runs: 1,
      handedBack: 1,
    },
  },
  {
    title: 'a hand-back that never reached the queue is sent again',
    breaks: (w) => [breakCall(w, 'brokerAssumes', 'dropRequest'), breakCall(w, 'sweeperHandsBack', 'unavailable', 3)],
    times: [1, 3],
    rightAfter: { state: 'intended' },
    recovery: [{ seconds: 65, leaves: { state: 'intended', handedBack: 0 } }, { seconds: 245 }],
    end: {
      ...DELIVERED,
      state: 'completed',
      trail: ['intended', 'released', 'intended', 'issued'],
      attempts: ['unknown sts.outcomeUnknown', 'issued'],
      runs: 1,
      handedBack: 1,
    },
  },
];
describe('a sweeper that breaks', () => testFailures(sweeping, () => world));
