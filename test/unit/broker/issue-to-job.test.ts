import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import { stsError } from '../../support/faulty-world/fake-sts.ts';
import { namedError } from '../../support/faulty-world/faults.ts';
import { breaking, firstVisit } from '../../support/faulty-world/first-visit.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';

describe('STS throttles', () => {
  it('calls once more in the same visit, announced before', async () => {
    const { issuance, calls } = await firstVisit(breaking('sts.assume', 'throttle'));
    expect(calls).toEqual([
      'ledger.intended',
      'sts.assume',
      'kms.dataKey',
      'ledger.called',
      'sts.assume',
      'kms.dataKey',
      'ledger.issued',
      'lambda.invoke',
    ]);
    expect(issuance).toMatchObject({ state: 'issued', attempt: 1, attempts: [{ calls: 2 }] });
    const told = { code: 'sts.unavailable', stsRequestId: 'sts-Throttling' };
    expect(issuance.trail[1]).toMatchObject({ type: 'called', call: 2, ...told });
  });

  it('releases the issuance after the second call, for the sweeper to bring back', async () => {
    const { world, issuance, calls } = await firstVisit(breaking('sts.assume', 'throttle', 'throttle'));
    expect(calls.filter((site) => site === 'sts.assume')).toHaveLength(2);
    expect(calls.at(-1)).toBe('ledger.released');
    expect(issuance).toMatchObject({ state: 'intended', resume: 'call', call: 2 });
    const told = { code: 'sts.unavailable', stsRequestId: 'sts-Throttling' };
    expect(issuance.trail.at(-1)).toMatchObject({ type: 'released', ...told });
    expect(issuance.attempts[0]).not.toHaveProperty('stsRequestId');
    expect(issuance.dueAtMs).toBe(world.clock.nowMs() + 60_000);
    expect(world.queue.messages).toEqual([]);
  });

  it('does not begin a second call that could outlast the invocation', async () => {
    const { calls } = await firstVisit(breaking('sts.assume', 'throttle'), 13_999);
    expect(calls).toEqual(['ledger.intended', 'sts.assume', 'kms.dataKey', 'ledger.released']);
  });

  it('makes eight calls of one attempt at most, then fails', async () => {
    const world = await faultyWorld();
    world.faults.breakAlways('sts.assume', 'throttle');
    world.ask();
    await world.drain();
    await world.minutes(60);
    const issuance = await world.issuance();
    expect(issuance).toMatchObject({ state: 'failed', code: 'sts.unavailable', attempt: 1 });
    expect(world.sts.asked).toHaveLength(LIMITS.calls);
    const announced = issuance.trail.flatMap(({ type, call }) =>
      type === 'intended' || type === 'called' ? [call] : [],
    );
    expect(announced).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(issuance.attempts).toMatchObject([{ outcome: 'failed', calls: 8 }]);
    expect(await world.violations()).toEqual([]);
  });

  it.each(['ledger.called', 'ledger.released'])('makes no call that %s did not announce', async (site) => {
    const arrange = (world: FaultyWorld) => {
      world.faults.breakAt('sts.assume', 'throttle', 'throttle');
      world.faults.breakAt(site, 'loseRequest');
    };
    const { world, issuance, calls } = await firstVisit(arrange);
    expect(calls.filter((called) => called === 'sts.assume')).toHaveLength(site === 'ledger.called' ? 1 : 2);
    expect(issuance).toMatchObject({ state: 'intended' });
    expect(world.queue.messages).toEqual([]);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await world.violations()).toEqual([]);
  });
});

describe('the answer of STS is lost', () => {
  it('is never asked for again in place: the attempt is unknown, and another follows', async () => {
    const { world, issuance, calls } = await firstVisit(breaking('sts.assume', 'loseResponse'));
    expect(calls).toEqual(['ledger.intended', 'sts.assume', 'kms.dataKey', 'ledger.released']);
    expect(issuance.attempts).toMatchObject([{ outcome: 'unknown', code: 'sts.outcomeUnknown' }]);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(world.sts.minted.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(await world.violations()).toEqual([]);
  });

  it('three times: the issuance fails, with three sessions that nobody holds', async () => {
    const { world } = await firstVisit(
      breaking('sts.assume', ...Array.from({ length: 9 }, () => 'loseResponse' as const)),
    );
    await world.minutes(30);
    expect(await world.issuance()).toMatchObject({ state: 'failed', code: 'sts.outcomeUnknown', attempt: 3 });
    expect(world.sts.minted).toHaveLength(LIMITS.attempts);
    expect(world.host.runs).toEqual([]);
    expect(await world.violations()).toEqual([]);
  });
});

describe('STS says no', () => {
  const answers = [
    { answer: stsError('AccessDenied', 403), state: 'denied', code: 'sts.denied' },
    { answer: stsError('RegionDisabledException', 403), state: 'denied', code: 'sts.regionDisabled' },
    { answer: stsError('MalformedPolicyDocument', 400), state: 'failed', code: 'sts.policyRejected' },
    { answer: stsError('PackedPolicyTooLarge', 400), state: 'failed', code: 'policy.tooLarge' },
    { answer: stsError('ValidationError', 400), state: 'failed', code: 'sts.requestRejected' },
  ];

  it.each(answers)('ends the issuance with $code and the request id of STS', async ({ answer, state, code }) => {
    const { world, issuance, calls } = await firstVisit(breaking('sts.assume', { answer }));
    const stsRequestId = `sts-${answer.name}`;
    expect(calls).toEqual(['ledger.intended', 'sts.assume', 'kms.dataKey', `ledger.${state}`]);
    expect(issuance).toMatchObject({ state, code, attempts: [{ outcome: state, code, stsRequestId }] });
    expect(issuance.trail.at(-1)).toMatchObject({ type: state, code, stsRequestId });
    expect(issuance.lastStsRequestId).toBe(stsRequestId);
    expect(issuance.dueAtMs).toBeUndefined();
    await world.minutes(60);
    expect(world.sts.asked).toHaveLength(1);
    expect(await world.violations()).toEqual([]);
  });
});

describe('the clock of the broker or of STS is wrong', () => {
  it.each([-30_001, 30_001])('drops the session, records it, and tries again (skew %i ms)', async (skewMs) => {
    const { world, issuance, calls } = await firstVisit((world) => {
      world.sts.skewMs = skewMs;
    });
    expect(calls.at(-1)).toBe('ledger.released');
    const accessKeyId = world.sts.minted[0]?.accessKeyId;
    expect(issuance.attempts).toMatchObject([{ outcome: 'undelivered', code: 'broker.clockSkewed', accessKeyId }]);
    expect(issuance.lastAccessKeyId).toBe(accessKeyId);
    world.sts.skewMs = 0;
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await world.violations()).toEqual([]);
  });
});

describe('KMS gives no data key', () => {
  it.each([
    { name: 'is away', answer: namedError('KMSInternalException'), retryMs: 30_000 },
    { name: 'has the key disabled', answer: namedError('DisabledException'), retryMs: 15 * 60_000 },
    { name: 'forbids the key', answer: namedError('AccessDeniedException'), retryMs: 15 * 60_000 },
  ])('drops the session unsealed when it $name', async ({ answer, retryMs }) => {
    const { world, issuance, calls } = await firstVisit(breaking('kms.dataKey', { answer }));
    expect(calls).toEqual(['ledger.intended', 'sts.assume', 'kms.dataKey', 'ledger.released']);
    const accessKeyId = world.sts.minted[0]?.accessKeyId;
    expect(issuance.attempts).toMatchObject([{ outcome: 'undelivered', code: 'seal.failed', accessKeyId }]);
    expect(issuance.dueAtMs).toBe(world.clock.nowMs() + retryMs);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await world.violations()).toEqual([]);
  });

  it('fails the issuance after three attempts', async () => {
    const world = await faultyWorld();
    world.faults.breakAlways('kms.dataKey', { answer: namedError('DisabledException') });
    world.ask();
    await world.drain();
    await world.minutes(60);
    expect(await world.issuance()).toMatchObject({ state: 'failed', code: 'seal.failed', attempt: 3 });
    expect(world.sts.minted).toHaveLength(3);
    expect(world.lambda.invocations).toEqual([]);
    expect(await world.violations()).toEqual([]);
  });

  it('asks for a data key under what the envelope will be bound to', async () => {
    const { issuance, world } = await firstVisit(() => undefined);
    const { payload } = world.lambda.invocations[0] ?? {};
    expect(payload).toMatchObject({ issuanceId: issuance.recordId, attempt: 1, tenantId: 'acme' });
    const [{ fenceMs, usableUntilMs } = {}] = issuance.attempts;
    expect(payload).toMatchObject({ fenceMs, usableUntilMs });
    expect(issuance).toMatchObject({ ticket: { attempt: 1, usableUntilMs } });
  });
});
