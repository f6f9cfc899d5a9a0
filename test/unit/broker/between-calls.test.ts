import { describe, expect, it } from 'vitest';
import type { Assumption } from '../../../lib/broker/assume-tenant-role.ts';
import { announceFurtherCall, furtherCall } from '../../../lib/broker/further-call.ts';
import { release, releaseForAnotherCall, releaseUnknown, retryDelayMs } from '../../../lib/broker/release-issuance.ts';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import type { AllowedAccount } from '../../../lib/requests/decide-account.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryLedger } from '../../support/in-memory-ledger.ts';
import { at, lives, session } from './issuance-lives.ts';

const account: AllowedAccount = {
  allowed: true,
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  externalId: 'the-one',
  externalIdSlot: 'current',
  otherExternalId: 'the-other',
  capabilities: { sessionTags: false, sourceIdentity: false },
  settings: {},
  tenantVersion: 3,
  roleVersion: 2,
};
const { otherExternalId: _other, ...steady } = account;
const otherAccount = { ...steady, externalId: 'the-other', externalIdSlot: 'next' };

/** A ledger that holds the issuance, and a broker that says how long it paused. */
async function brokerHolding(issuance = lives().intended, byte = 0) {
  const ledger = inMemoryLedger();
  await ledger.open(issuance);
  const pauses: number[] = [];
  const ids = { uuid: () => 'uuid', randomBytes: () => new Uint8Array([byte]) };
  const pause = async (ms: number) => void pauses.push(ms);
  const stored = () => ledger.readIssuance(issuance.recordId);
  return { ledger, clock: frozenClock(at + 1000), ids, pause, pauses, stored };
}

describe('another call within a visit', () => {
  const busy: Assumption = { outcome: 'unavailable', code: 'sts.unavailable', stsRequestId: 'sts-9' };
  const denial: Assumption = { outcome: 'denied', code: 'sts.denied' };

  it.each<[string, Assumption, AllowedAccount, object | undefined]>([
    [
      'waits after STS was busy',
      busy,
      steady,
      { stsError: { code: 'sts.unavailable', stsRequestId: 'sts-9' }, account: steady, waits: true },
    ],
    [
      'takes the other external ID at once after a denial',
      denial,
      account,
      { stsError: { code: 'sts.denied' }, account: otherAccount, waits: false },
    ],
    ['does not follow a denial outside a rotation', denial, steady, undefined],
    ['does not follow a region that is off', { outcome: 'denied', code: 'sts.regionDisabled' }, account, undefined],
    ['does not follow a request that is wrong', { outcome: 'failed', code: 'sts.policyRejected' }, account, undefined],
    ['does not follow a lost answer', { outcome: 'unknown', code: 'sts.outcomeUnknown' }, account, undefined],
  ])('%s', (_, assumption, given, further) => {
    expect(furtherCall(assumption, lives().intended, given)).toStrictEqual(further);
  });

  it.each([
    [LIMITS.calls - 1, true],
    [LIMITS.calls, false],
  ])('after call %i of an attempt follows a denial: %s', (call, follows) => {
    expect(furtherCall(denial, { ...lives().intended, call }, account) !== undefined).toBe(follows);
  });

  it.each([
    [0, 500],
    [128, 1000],
    [255, 1496.09375],
  ])('is made after a pause that chance sets, here %i: of %d ms', async (byte, pauseMs) => {
    const broker = await brokerHolding(lives().intended, byte);
    const further = { stsError: { code: 'sts.unavailable' as const }, account, waits: true };
    const next = await announceFurtherCall(lives().intended, further, broker);
    expect(broker.pauses).toEqual([pauseMs]);
    expect(next).toMatchObject({ call: 2, owner: 'owner-1', trail: [{}, { type: 'called', code: 'sts.unavailable' }] });
    expect(await broker.stored()).toEqual(next);
  });

  it('is made without a pause where nothing is to be waited for', async () => {
    const broker = await brokerHolding();
    await announceFurtherCall(lives().intended, { stsError: { code: 'sts.denied' }, account, waits: false }, broker);
    expect(broker.pauses).toEqual([]);
  });

  it('is not made by who has lost the issuance', async () => {
    const broker = await brokerHolding(lives().throttled);
    const further = { stsError: { code: 'sts.unavailable' as const }, account, waits: false };
    expect(await announceFurtherCall(lives().intended, further, broker)).toBeUndefined();
    expect(await broker.stored()).toEqual(lives().throttled);
  });
});

describe('an issuance that is let go of', () => {
  const now = at + 1000;

  it.each([
    [1, 30_000],
    [2, 60_000],
    [5, 480_000],
    [6, 900_000],
    [20, 900_000],
  ])('after %i times is looked at again in %i ms', (times, delayMs) => {
    expect(retryDelayMs(times)).toBe(delayMs);
  });

  it('for another call says what STS answered', async () => {
    const broker = await brokerHolding();
    await releaseForAnotherCall(lives().intended, { code: 'sts.unavailable', stsRequestId: 'sts-9' }, broker);
    const attempts = [{ code: 'sts.unavailable', outcome: 'open' }];
    expect(await broker.stored()).toMatchObject({ resume: 'call', dueAtMs: now + 30_000, leaseUntilMs: now, attempts });
  });

  it.each<[string, Extract<Assumption, { outcome: 'unknown' | 'unavailable' }>, object]>([
    [
      'a lost answer',
      { outcome: 'unknown', code: 'sts.outcomeUnknown' },
      { outcome: 'unknown', code: 'sts.outcomeUnknown' },
    ],
    [
      'a session that we dare not use',
      { outcome: 'unknown', code: 'broker.clockSkewed', session },
      { outcome: 'undelivered', code: 'broker.clockSkewed', ...session },
    ],
    [
      'a service that was away',
      { outcome: 'unavailable', code: 'sts.unavailable' },
      { outcome: 'unknown', code: 'sts.unavailable' },
    ],
  ])('after %s says so of its attempt', async (_, assumption, attempt) => {
    const broker = await brokerHolding();
    await releaseUnknown(lives().intended, assumption, broker);
    const stored = await broker.stored();
    expect(stored).toMatchObject({ resume: 'attempt', dueAtMs: now + 30_000, attempts: [attempt] });
    expect(stored?.attempts[0]?.accessKeyId).toBe('session' in assumption ? session.accessKeyId : undefined);
  });

  it('slowly waits for a quarter of an hour', async () => {
    const broker = await brokerHolding();
    await release(lives().intended, { code: 'seal.failed', outcome: 'undelivered', slow: true }, broker);
    expect(await broker.stored()).toMatchObject({ dueAtMs: now + 15 * 60_000 });
  });
});
