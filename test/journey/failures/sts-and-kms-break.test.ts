import { afterAll, beforeAll, describe } from 'vitest';
import { breakCall } from './broken-calls.ts';
import { type FailureCase, testFailures } from './failure-case.ts';
import { type FailureWorld, startFailureWorld } from './failure-world.ts';
import { COMPLETED, NOTHING, type Standing } from './standing.ts';

let world: FailureWorld;
beforeAll(async () => {
  world = await startFailureWorld();
}, 60_000);
afterAll(() => world.close());

const RELEASED: Standing = { ...NOTHING, state: 'intended', trail: ['intended', 'released'] };
const NEXT_ATTEMPT: Standing = {
  ...COMPLETED,
  trail: ['intended', 'released', 'intended', 'issued'],
  assumeRoleCalls: 2,
  handedBack: 1,
};
const THROTTLED: Standing = {
  ...RELEASED,
  trail: ['intended', 'called', 'released'],
  attempts: ['open sts.unavailable'],
};
const LOST: Standing = { ...RELEASED, attempts: ['unknown sts.outcomeUnknown'] };

const sts: readonly FailureCase[] = [
  {
    title: 'STS that throttles once is called again by the broker itself, each call recorded',
    breaks: (w) => [breakCall(w, 'brokerAssumes', 'throttle')],
    rightAfter: { ...COMPLETED, trail: ['intended', 'called', 'issued'] },
    recovery: [],
    end: { ...COMPLETED, trail: ['intended', 'called', 'issued'] },
  },
  {
    title: 'STS that throttles for long is called again by way of the sweeper, in the same attempt',
    breaks: (w) => [breakCall(w, 'brokerAssumes', 'throttle', 2)],
    times: [2],
    rightAfter: THROTTLED,
    recovery: [{ seconds: 125 }],
    end: {
      ...COMPLETED,
      trail: ['intended', 'called', 'released', 'called', 'issued'],
      attempts: ['issued sts.unavailable'],
      handedBack: 1,
    },
  },
  {
    title: 'STS that stays away fails the issuance after eight calls; there never was a session',
    breaks: (w) => [breakCall(w, 'brokerAssumes', 'unavailable', Number.POSITIVE_INFINITY)],
    times: [8],
    rightAfter: THROTTLED,
    recovery: [
      { seconds: 125, leaves: { state: 'intended', handedBack: 1 } },
      { seconds: 300, leaves: { state: 'intended', handedBack: 2 } },
      { seconds: 965, leaves: { state: 'intended', handedBack: 3 } },
      { seconds: 965 },
    ],
    end: {
      ...NOTHING,
      state: 'failed',
      trail: [
        'intended',
        'called',
        'released',
        ...['called', 'called', 'released'],
        ...['called', 'called', 'released'],
        ...['called', 'called', 'released'],
        'failed',
      ],
      attempts: ['failed sts.unavailable'],
      handedBack: 3,
    },
  },
  {
    title: 'an answer of STS that is lost leaves a session that nobody holds, and the next attempt makes another',
    breaks: (w) => [breakCall(w, 'brokerAssumes', 'loseResponse')],
    rightAfter: { ...LOST, assumeRoleCalls: 1 },
    recovery: [{ seconds: 65 }],
    end: { ...NEXT_ATTEMPT, attempts: ['unknown sts.outcomeUnknown', 'issued'] },
  },
  {
    title: 'a call that never reached STS is taken for one whose answer was lost',
    breaks: (w) => [breakCall(w, 'brokerAssumes', 'dropRequest')],
    rightAfter: LOST,
    recovery: [{ seconds: 65 }],
    end: { ...NEXT_ATTEMPT, attempts: ['unknown sts.outcomeUnknown', 'issued'], assumeRoleCalls: 1 },
  },
  {
    title: 'STS that is not active in the region denies for good',
    breaks: (w) => [breakCall(w, 'brokerAssumes', { code: 'RegionDisabledException', statusCode: 403 })],
    rightAfter: { state: 'denied' },
    recovery: [],
    end: { ...NOTHING, state: 'denied', trail: ['intended', 'denied'], attempts: ['denied sts.regionDisabled'] },
  },
];
describe('when STS breaks', () => testFailures(sts, () => world));

const UNDELIVERED: Standing = { ...RELEASED, attempts: ['undelivered seal.failed'], assumeRoleCalls: 1 };
const SEALED_LATER: Standing = { ...NEXT_ATTEMPT, attempts: ['undelivered seal.failed', 'issued'] };
const envelopeKey = ({ stack }: FailureWorld) => stack.keys.find('alias/credential-broker-local-envelopes').keyId;

const kms: readonly FailureCase[] = [
  {
    title: 'KMS that throttles leaves a session undelivered, and the sweeper makes the next attempt',
    breaks: (w) => [breakCall(w, 'brokerGetsDataKey', 'throttle', 2)],
    times: [2],
    rightAfter: UNDELIVERED,
    recovery: [{ seconds: 65 }],
    end: SEALED_LATER,
  },
  {
    title: 'an envelope key that is disabled is waited for a quarter of an hour',
    breaks(w) {
      w.stack.keys.setEnabled(envelopeKey(w), false);
      return [];
    },
    rightAfter: UNDELIVERED,
    recovery: [
      { seconds: 840, leaves: UNDELIVERED },
      { first: (w) => w.stack.keys.setEnabled(envelopeKey(w), true), seconds: 125 },
    ],
    end: SEALED_LATER,
  },
];
describe('when KMS breaks', () => testFailures(kms, () => world));
