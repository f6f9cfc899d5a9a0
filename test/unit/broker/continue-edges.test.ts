import { describe, expect, it } from 'vitest';
import { MINIMUM_REMAINING_MS } from '../../../lib/broker/broker-dependencies.ts';
import { continueIssuance } from '../../../lib/broker/continue-issuance.ts';
import { type Issuance, LIMITS } from '../../../lib/ledger/issuance.ts';
import type { RequestRecord } from '../../../lib/ledger/request-record.ts';
import type { HeldBack, PermitUse, Workload } from '../../../lib/limits/limits.ts';
import { aRequest } from '../../support/an-issuance.ts';
import { brokerIn, plainWorld, type World } from '../../support/broker-world.ts';
import { at, identity, type Lives, lives } from './issuance-lives.ts';

const { requestId, requester } = identity;
const request: RequestRecord = aRequest('one', { recordId: requestId, requester });

type Given = {
  readonly issuance: Issuance;
  readonly onRecord?: RequestRecord | undefined;
  readonly world?: Partial<World>;
  readonly remainingMs?: number;
  readonly heldBack?: HeldBack;
};

/** One message about this issuance: how it ended, what it did, and what is on record after it. */
async function continued({ issuance, world, remainingMs = 60_000, heldBack, ...given }: Given) {
  const broker = brokerIn({ ...plainWorld, nowMs: at + 60_000, ...world });
  await broker.ledger.open(issuance);
  const onRecord = 'onRecord' in given ? given.onRecord : request;
  if (onRecord !== undefined) await broker.ledger.recordRequest(onRecord);
  const plain = broker.dependencies();
  const workloads: Workload[] = [];
  const released: PermitUse[] = [];
  const acquire = async (asked: Workload) => {
    workloads.push(asked);
    return {
      release: async (how: PermitUse) => void released.push(how),
      ...(heldBack === undefined ? {} : { heldBack }),
    };
  };
  const { recordId: issuanceId, trailHead } = issuance;
  const message = { messageId: 'm', body: '', receiveCount: 1, remainingMs: () => remainingMs };
  const outcome = await continueIssuance({ kind: 'continue', issuanceId, trailHead }, message, {
    ...plain,
    limits: { ...plain.limits, acquire },
  }).catch((error: unknown) => error);
  return { outcome, workloads, released, after: await broker.ledger.readIssuance(issuanceId), calls: broker.calls };
}

const withLease = (leaseUntilMs: number) => ({ ...lives().throttled, leaseUntilMs });

describe('a message to go on with an issuance', () => {
  it('is settled when the session was handed over, having taken one permit for one call', async () => {
    const { outcome, after, workloads, released, calls } = await continued({ issuance: lives().throttled });
    expect(outcome).toBe('settled');
    expect(after).toMatchObject({ state: 'issued', attempt: 1, call: 2 });
    expect(workloads).toEqual([{ tenantId: 'acme', calls: 1 }]);
    expect(released).toEqual([{ calls: 1, goesBack: false }]);
    expect(calls.invoked).toHaveLength(1);
  });

  it.each<[string, (from: Lives) => Issuance]>([
    ['is claimed', ({ claimed }) => claimed],
    ['is at its end', ({ completed }) => completed],
    ['has a ticket', ({ issuedOne }) => issuedOne],
    ['is in a caller’s hands', ({ undelivered }) => ({ ...undelivered, delivery: 'caller' })],
    ['is held by another, for a moment more', () => withLease(at + 60_001)],
  ])('is settled and changes nothing where it %s', async (_, make) => {
    const issuance = make(lives());
    const { outcome, after, workloads } = await continued({ issuance });
    expect(outcome).toBe('settled');
    expect(after).toEqual(issuance);
    expect(workloads).toEqual([]);
  });

  it('goes on at the very end of a lease', async () => {
    expect((await continued({ issuance: withLease(at + 60_000) })).after).toMatchObject({ state: 'issued' });
  });

  it('is an error where the request is not on record', async () => {
    const { outcome, after } = await continued({ issuance: lives().throttled, onRecord: undefined });
    expect(outcome).toMatchObject({ code: 'store.itemInvalid' });
    expect(after).toEqual(lives().throttled);
  });

  it('is settled where its tenant is held back: the sweeper sends another', async () => {
    const heldBack = { code: 'tenant.rateLimited', explanation: 'not now' } as const;
    const { outcome, after, released } = await continued({ issuance: lives().throttled, heldBack });
    expect(outcome).toBe('settled');
    expect(after).toEqual(lives().throttled);
    expect(released).toEqual([{ calls: 0, goesBack: true }]);
  });

  it('ends what may not be any more, whether or not there would have been a permit', async () => {
    const switchedOff = [{ switchId: 'global', sinceMs: 1, by: 'a', reason: 'r' }];
    const heldBack = { code: 'tenant.rateLimited', explanation: 'not now' } as const;
    const { outcome, after } = await continued({ issuance: lives().throttled, world: { switchedOff }, heldBack });
    expect(outcome).toBe('settled');
    expect(after).toMatchObject({ state: 'revoked' });
  });

  it.each([
    [MINIMUM_REMAINING_MS - 1, 'again', true],
    [MINIMUM_REMAINING_MS, 'settled', false],
  ])('with %i ms left of the invocation is to come %s', async (remainingMs, comes, goesBack) => {
    const { outcome, released } = await continued({ issuance: lives().throttled, remainingMs });
    expect(outcome).toBe(comes);
    expect(released).toMatchObject([{ goesBack }]);
  });

  it.each([
    ['another call of its attempt', { call: LIMITS.calls - 1 }, { attempt: 1, call: LIMITS.calls }],
    ['another attempt, where it has no call left', { call: LIMITS.calls }, { attempt: 2, call: 1 }],
    ['another attempt, where its role is another one', { roleArn: 'arn:other' }, { attempt: 2, call: 1 }],
    ['another attempt, where a session may have been made', { resume: 'attempt' as const }, { attempt: 2, call: 1 }],
  ])('makes %s', async (_, change, made) => {
    const { after } = await continued({ issuance: { ...lives().throttled, ...change } });
    expect(after).toMatchObject({ state: 'issued', ...made });
  });

  it('ends the issuance where no attempt is left', async () => {
    const { outcome, after } = await continued({ issuance: { ...lives().lost, attempt: LIMITS.attempts } });
    expect(outcome).toBe('settled');
    expect(after).toMatchObject({ state: 'failed', exception: 'failed' });
  });

  it.each([
    ['the input', { inputSha256: 'a'.repeat(64), input: '{}' }, { inputSha256: 'a'.repeat(64) }],
    ['no input', {}, {}],
  ])('announces another attempt for %s of the request', async (_, change, told) => {
    const { after } = await continued({ issuance: lives().lost, onRecord: { ...request, ...change } });
    const intent = after?.trail.find(({ type, attempt }) => type === 'intended' && attempt === 2);
    expect(intent).toMatchObject({ tenantVersion: 3, roleVersion: 2 });
    expect(intent?.inputSha256 === undefined ? {} : { inputSha256: intent.inputSha256 }).toEqual(told);
  });
});
