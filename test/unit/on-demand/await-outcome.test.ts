import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { awaitOutcome } from '../../../lib/on-demand/await-outcome.ts';
import type { RecordedIssuance, RecordedRequest } from '../../../lib/on-demand/request-progress.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

type Look = {
  readonly request?: RecordedRequest;
  readonly states?: readonly RecordedIssuance['state'][];
  /** Of the request, or of the issuances. */
  readonly breaks?: 'request' | 'issuances';
  /** How long the store takes for it, unless it is given up before. */
  readonly takesMs?: number;
};

const accountIds = ['222222222222', '333333333333'];
const allowed: RecordedRequest = {
  recordId: 'req_a',
  decision: 'allowed',
  accountIds,
  job: 'scan-account',
  payloadSha256: '0',
};
const refused: RecordedRequest = {
  recordId: 'req_a',
  decision: 'refused',
  refusal: { reason: 'switch.off', explanation: '' },
  payloadSha256: '0',
};

/** What is found with each look; the last one stays. */
async function watched(looks: readonly Look[], waitMs: number) {
  const clock = frozenClock();
  const reads = { requests: 0, issuances: [] as string[] };
  const pauses: number[] = [];
  const look = () => looks[Math.min(pauses.length, looks.length - 1)] ?? {};
  const order: string[] = [];
  const log = recordedTransitions();
  let givenUpAfterMs = Number.POSITIVE_INFINITY;
  let taken = -1;
  /** Once a look, however much is read for it. */
  const takeTime = () => {
    if (taken < pauses.length) clock.advance(Math.min(look().takesMs ?? 0, givenUpAfterMs));
    taken = pauses.length;
  };
  const found = await awaitOutcome(
    { requestId: 'req_a', untilMs: START_MS + waitMs },
    {
      progress: {
        async readRequest() {
          reads.requests += 1;
          takeTime();
          if (look().breaks === 'request') throw new BrokerError('store.busy', 'busy');
          return look().request;
        },
        async readIssuance(issuanceId) {
          takeTime();
          if (!order.includes(issuanceId)) order.push(issuanceId);
          reads.issuances.push(accountIds[order.indexOf(issuanceId)] ?? '?');
          if (look().breaks === 'issuances') throw new TypeError('with a secret in it');
          const state = look().states?.[order.indexOf(issuanceId)];
          return state === undefined ? undefined : { state };
        },
      },
      clock,
      log,
      async within(milliseconds, work) {
        givenUpAfterMs = milliseconds;
        const answer = await work();
        if ((look().takesMs ?? 0) > milliseconds) throw new BrokerError('store.unavailable', 'no answer in time');
        return answer;
      },
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
        clock.advance(milliseconds);
      },
    },
  );
  const tookMs = clock.nowMs() - START_MS;
  return { found, reads, pauses, tookMs, told: log.lines, states: found.issuances.map(({ state }) => state) };
}

describe('waiting for an outcome', () => {
  it('goes on where it cannot be read, and says so once', async () => {
    const { found, told, states } = await watched(
      [{ breaks: 'request' }, { breaks: 'request' }, { request: allowed, states: ['completed', 'failed'] }],
      10_000,
    );
    expect([found.request, states]).toEqual([allowed, ['completed', 'failed']]);
    const code = { code: 'store.busy', explanation: 'busy' };
    expect(told).toEqual([{ transition: 'request.outcomeUnread', requestId: 'req_a', ...code }]);
  });

  it('ends with what it knows where it can be read no more', async () => {
    const { found, pauses, told } = await watched([{ request: allowed, breaks: 'issuances' }], 1_000);
    expect(found).toEqual({ request: undefined, issuances: [] });
    expect(pauses).toEqual([200, 200, 200, 200, 200]);
    expect(told).toMatchObject([{ code: 'internal', explanation: 'TypeError' }]);
  });

  it.each([
    ['from the first look on', [{ takesMs: 60_000 }]],
    ['after others', [{}, { request: allowed, states: ['issued', 'issued'] }, { takesMs: 60_000 }]],
  ] as const)('ends in time where the store does not answer, %s', async (_, looks) => {
    const { tookMs, told, states } = await watched(looks, 10_000);
    // Its function has two seconds from then on to answer.
    expect(tookMs).toBeLessThanOrEqual(11_000);
    expect(states).toEqual(looks.length === 1 ? [] : ['issued', 'issued']);
    expect(told).toMatchObject([{ transition: 'request.outcomeUnread', code: 'store.unavailable' }]);
  });

  it('waits for a slow store as long as there is time', async () => {
    const { states } = await watched([{ takesMs: 9_000, request: allowed, states: ['completed', 'failed'] }], 9_500);
    expect(states).toEqual(['completed', 'failed']);
  });

  it('ends with the refusal', async () => {
    const { found, pauses } = await watched([{}, { request: refused }], 10_000);
    expect(found).toEqual({ request: refused, issuances: [] });
    expect(pauses).toEqual([200]);
  });

  it('ends when every account has come to its end, and reads what is settled no more', async () => {
    const { states, reads } = await watched(
      [
        { request: allowed, states: ['completed'] },
        { request: allowed, states: ['failed', 'claimed'] },
        { request: allowed, states: ['failed', 'completed'] },
      ],
      10_000,
    );
    expect(states).toEqual(['completed', 'completed']);
    expect(reads).toEqual({ requests: 1, issuances: [...accountIds, accountIds[1], accountIds[1]] });
  });

  it('ends in time, with what there is', async () => {
    const { states, pauses } = await watched([{ request: allowed, states: ['issued'] }], 25_000);
    expect(states).toEqual(['issued', 'new']);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBe(25_000);
    // Often at first, ever less later: one call is some forty reads, not a hundred.
    expect(pauses.length).toBeLessThan(45);
  });

  it('looks once where there is no time to wait', async () => {
    const { reads, pauses } = await watched([{}], 0);
    expect({ reads: reads.requests, pauses }).toEqual({ reads: 1, pauses: [] });
  });
});
