import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import { revoked } from '../../../lib/ledger/issuance-endings.ts';
import { aTenant } from '../../support/a-tenant.ts';
import { endsWell } from '../../support/faulty-world/ends-well.ts';
import { stsError } from '../../support/faulty-world/fake-sts.ts';
import { gate } from '../../support/faulty-world/process.ts';
import { vended, vendIn } from '../../support/faulty-world/vending.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';

/** What a suspension does to it. */
async function revokeTheOne({ issuance, pipeline, clock }: FaultyWorld): Promise<void> {
  const before = await issuance();
  if (before.state !== 'intended') throw new Error(`it is ${before.state}`);
  const refusal = { reason: 'tenant.suspended', explanation: 'an incident' };
  await pipeline.ledger.advance(before, revoked(before, refusal, clock.nowMs()));
}

describe('what STS may say', () => {
  it.each([
    { answer: stsError('AccessDenied', 403), state: 'denied', code: 'sts.denied', status: 502 },
    { answer: stsError('RegionDisabledException', 403), state: 'denied', code: 'sts.regionDisabled', status: 502 },
    { answer: stsError('MalformedPolicyDocument', 400), state: 'failed', code: 'sts.policyRejected', status: 500 },
    { answer: stsError('PackedPolicyTooLarge', 400), state: 'failed', code: 'policy.tooLarge', status: 400 },
    { answer: stsError('ValidationError', 400), state: 'failed', code: 'sts.requestRejected', status: 500 },
  ])('$code: recorded, and told', async ({ answer, state, code, status }) => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', { answer });
    expect(await vended(world)).toMatchObject({ status, body: { error: { code } } });
    expect(await world.issuance()).toMatchObject({ state, code, attempts: [{ stsRequestId: `sts-${answer.name}` }] });
    await endsWell(world);
  });

  it('“busy” once: it is called again, announced before', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', 'throttle');
    expect((await vended(world)).status).toBe(200);
    const { recordId } = await world.issuance();
    const calls = ['ledger.intended', 'sts.assume', 'ledger.called', 'sts.assume', 'ledger.issued'];
    expect(world.sites(recordId)).toEqual(calls);
    await endsWell(world);
  });

  it('“busy” twice: 503, the issuance has failed, and nobody goes on with it', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', 'throttle', 'throttle');
    const { status, body } = await vended(world);
    expect([status, body.error?.code, body.error?.whatToDo]).toEqual([
      503,
      'vending.unavailable',
      'Ask again in a minute.',
    ]);
    expect(await world.issuance()).toMatchObject({ state: 'failed', code: 'sts.unavailable' });
    await endsWell(world);
    expect(world.sts.asked).toHaveLength(2);
  });

  it('nothing that arrives: 503, what to do, and an outcome that is called unknown', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', 'loseResponse');
    const { status, body } = await vended(world);
    expect([status, body.error?.code]).toEqual([503, 'vending.outcomeUnknown']);
    expect(body.error?.whatToDo).toMatch(/^Ask again/);
    expect(await world.issuance()).toMatchObject({
      state: 'failed',
      code: 'sts.outcomeUnknown',
      attempts: [{ outcome: 'unknown' }],
    });
    await endsWell(world);
    expect(world.sts.minted).toHaveLength(1);
  });

  it.each([-30_001, 30_001])(
    'an expiry that our clock does not expect (%i ms): dropped, and found in the index',
    async (skewMs) => {
      const world = await faultyWorld();
      world.sts.skewMs = skewMs;
      expect(await vended(world)).toMatchObject({ status: 503, body: { error: { code: 'vending.outcomeUnknown' } } });
      const accessKeyId = world.sts.minted[0]?.accessKeyId;
      expect(await world.issuance()).toMatchObject({
        state: 'failed',
        code: 'broker.clockSkewed',
        lastAccessKeyId: accessKeyId,
        attempts: [{ outcome: 'undelivered', accessKeyId }],
      });
      await endsWell(world);
    },
  );

  it('no to one external ID of a tenant that rotates: the other is tried, announced', async () => {
    const rotating = aTenant({ tenant: { externalIds: { current: 'cb-local1-old', next: 'cb-local1-new' } } });
    const world = await faultyWorld({ tenants: [rotating] });
    let asked = 0;
    world.sts.trusts = () => {
      asked += 1;
      return asked > 1;
    };
    expect((await vended(world)).status).toBe(200);
    const ids = world.sts.asked.map(({ ExternalId }) => ExternalId);
    expect(new Set(ids)).toEqual(new Set(['cb-local1-old', 'cb-local1-new']));
    expect((await world.issuance()).trail.map(({ type }) => type)).toEqual(['intended', 'called', 'issued']);
  });
});

describe('where it breaks', () => {
  it.each([
    { at: 'before the request is recorded', site: 'ledger.request', fault: 'crashBefore', state: undefined },
    { at: 'before the intent', site: 'ledger.intended', fault: 'crashBefore', state: undefined },
    { at: 'after the intent, before STS', site: 'sts.assume', fault: 'crashBefore', state: 'failed' },
    { at: 'after STS, before the record', site: 'ledger.issued', fault: 'crashBefore', state: 'failed' },
    { at: 'after the record, before the answer', site: 'ledger.issued', fault: 'crashAfter', state: 'expired' },
  ] as const)('$at: dead, and nothing stays open', async ({ site, fault, state }) => {
    const world = await faultyWorld();
    world.faults.breakAt(site, fault);
    expect((await vendIn(world)).now.end).toBe('died');
    await world.settle();
    const [issuance] = await world.issuances();
    expect(issuance?.state).toBe(state);
    // A request of somebody who is gone; a job's would be brought back by its message.
    const violations = await world.violations();
    expect(violations.filter((violation) => !/was lost$/.test(violation))).toEqual([]);
  });

  it('the sweeper waits for the lease of a call that has died, and no longer', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', 'crashAfter');
    await vendIn(world);
    await world.sweep();
    expect((await world.issuance()).state).toBe('intended');
    world.clock.advance(LIMITS.leaseMs);
    await world.sweep();
    expect(await world.issuance()).toMatchObject({
      state: 'failed',
      code: 'sts.outcomeUnknown',
      attempts: [{ outcome: 'unknown' }],
    });
    await endsWell(world);
  });

  it('a record that cannot be written: 503, and nobody has the session', async () => {
    const world = await faultyWorld();
    world.faults.breakAlways('ledger.issued', 'loseRequest');
    const { status, body } = await vended(world);
    expect([status, body.error?.code]).toEqual([503, 'vending.notRecorded']);
    expect(JSON.stringify(body)).not.toContain(world.sts.minted[0]?.secretAccessKey ?? 'none');
    await endsWell(world);
    expect(await world.issuance()).toMatchObject({ state: 'failed', code: 'sts.outcomeUnknown' });
  });

  it('a record whose answer was lost: nothing is given on a guess', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('ledger.issued', 'loseResponse');
    expect(await vended(world)).toMatchObject({ status: 503, body: { error: { code: 'vending.notRecorded' } } });
    expect((await world.issuance()).state).toBe('issued');
    await endsWell(world);
    expect((await world.issuance()).state).toBe('expired');
  });

  it('a record that the SDK wrote twice is one of ours: given', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('ledger.issued', 'repeat');
    expect((await vended(world)).status).toBe(200);
    await endsWell(world);
  });

  it('a denial that cannot be recorded is told all the same', async () => {
    const world = await faultyWorld();
    world.faults.breakAt('sts.assume', { answer: stsError('AccessDenied', 403) });
    world.faults.breakAt('ledger.denied', 'loseRequest');
    expect(await vended(world)).toMatchObject({ status: 502, body: { error: { code: 'sts.denied' } } });
    await endsWell(world);
  });

  it('fenced out by a suspension while STS answers: told why, and nothing else', async () => {
    const world = await faultyWorld();
    const meanwhile = gate();
    world.faults.breakAt('ledger.issued', { stall: meanwhile });
    const run = await vendIn(world);
    await revokeTheOne(world);
    meanwhile.open();
    const ended = await run.finally;
    const answer = ended.end === 'done' ? ended.result : undefined;
    expect(answer?.statusCode).toBe(409);
    expect(JSON.parse(answer?.body ?? '{}')).toMatchObject({ error: { code: 'tenant.suspended' } });
    expect(answer?.body).not.toContain('canary');
    await endsWell(world);
  });

  it('fenced out by the sweeper, being too slow: dropped', async () => {
    const world = await faultyWorld();
    const meanwhile = gate();
    world.faults.breakAt('ledger.issued', { stall: meanwhile });
    const run = await vendIn(world);
    world.clock.advance(LIMITS.leaseMs);
    await world.sweep();
    meanwhile.open();
    const ended = await run.finally;
    expect(ended).toMatchObject({ end: 'done', result: { statusCode: 503 } });
    expect(JSON.stringify(ended)).not.toContain('canary');
    await endsWell(world);
    expect((await world.issuance()).state).toBe('failed');
  });
});
