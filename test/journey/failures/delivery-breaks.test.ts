import { afterAll, beforeAll, describe, expect } from 'vitest';
import { makeSwitches } from '../../../lib/switches/switches.ts';
import { breakCall } from './broken-calls.ts';
import { type FailureCase, testFailures } from './failure-case.ts';
import { type FailureWorld, startFailureWorld } from './failure-world.ts';
import { COMPLETED, DELIVERED, type Standing } from './standing.ts';

let world: FailureWorld;
beforeAll(async () => {
  world = await startFailureWorld();
}, 60_000);
afterAll(() => world.close());

/** The SDK repeats an invocation once. */
const UNTIL_GIVEN_UP = 2;

const RETURNED: Standing = {
  ...DELIVERED,
  trail: ['intended', 'issued', 'undelivered'],
  attempts: ['undelivered job.busy'],
};

const cases: readonly FailureCase[] = [
  {
    title: 'Lambda that throttles the invocation loses the ticket at once, and the sweeper makes the next attempt',
    breaks: (w) => [breakCall(w, 'brokerInvokes', 'throttle', UNTIL_GIVEN_UP)],
    times: [UNTIL_GIVEN_UP],
    rightAfter: RETURNED,
    recovery: [{ seconds: 65 }],
    end: {
      ...COMPLETED,
      trail: ['intended', 'issued', 'undelivered', 'intended', 'issued'],
      attempts: ['undelivered job.busy', 'issued'],
      assumeRoleCalls: 2,
      handedBack: 1,
    },
  },
  {
    title: 'Lambda that is away may have taken the invocation: the ticket stays until it is of no use',
    breaks: (w) => [breakCall(w, 'brokerInvokes', 'unavailable', UNTIL_GIVEN_UP)],
    times: [UNTIL_GIVEN_UP],
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
    title: 'an invocation whose answer is lost is made twice, and one claim wins',
    breaks: (w) => [breakCall(w, 'brokerInvokes', 'loseResponse')],
    rightAfter: { ...COMPLETED, claimsRefused: 1 },
    recovery: [],
    end: { ...COMPLETED, claimsRefused: 1 },
  },
  {
    title: 'a job that is not deployed revokes the issuance',
    breaks: (w) => [breakCall(w, 'brokerInvokes', { code: 'ResourceNotFoundException', statusCode: 404 })],
    rightAfter: { state: 'revoked' },
    recovery: [],
    end: { ...DELIVERED, state: 'revoked', trail: ['intended', 'issued', 'revoked'], attempts: ['revoked'] },
  },
];
describe('a delivery that breaks', () => testFailures(cases, () => world));

const switches = ({ world: { dynamo, stack } }: FailureWorld) =>
  makeSwitches({ dynamo, clock: stack.clock, config: { switchesTable: 'credential-broker-local-switches' } });

/** Switches the tenant off while the job waits for the answer to its look at the switches. */
function switchOffInFlight(w: FailureWorld) {
  const slow = breakCall(w, 'jobReadsSwitches', { slowMs: 200 });
  const stop = w.stack.onCall(({ service, action }) => {
    if (service !== 'lambda' || action !== 'Invoke') return;
    stop();
    void switches(w).switchOff(`tenant#${w.tenantId}`, { by: 'an operator', reason: 'a test' });
  });
  return slow;
}

const inFlight: readonly FailureCase[] = [
  {
    title: 'a tenant that is switched off in flight is refused its claim and revoked later',
    breaks: (w) => [switchOffInFlight(w)],
    rightAfter: { ...DELIVERED, claimsRefused: 1 },
    recovery: [{ seconds: 290, leaves: { state: 'issued' } }, { seconds: 75 }],
    end: {
      ...DELIVERED,
      state: 'revoked',
      trail: ['intended', 'issued', 'ticketRemoved', 'revoked'],
      attempts: ['unclaimed'],
      claimsRefused: 1,
      handedBack: 1,
    },
    also: async (w) => {
      expect(await w.standing(await w.ask())).toMatchObject({ state: 'nothing' });
      await switches(w).switchOn(`tenant#${w.tenantId}`);
      expect(await w.standing(await w.ask())).toEqual(COMPLETED);
    },
  },
];
describe('a switch', () => testFailures(inFlight, () => world));
