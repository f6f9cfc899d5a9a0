import { describe, expect, it } from 'vitest';
import type { JobPayload } from '../../lib/job-runtime/job-payload.ts';
import { aTenant } from '../support/a-tenant.ts';
import type { Invocation } from '../support/faulty-world/fake-lambda.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';

/** T20: an envelope is opened for another tenant, account, job, issuance, attempt or time than it was sealed for, or twice. */
const MINE = 'acme';
async function twoIssued() {
  const world = await faultyWorld({ tenants: [aTenant(), aTenant({ tenantId: 'globex', accountId: '333333333333' })] });
  world.ask({}, 'event-1');
  world.ask({ tenantId: 'globex' }, 'event-2');
  await world.drain();
  const of = (tenantId: string) => world.lambda.invocations.find(({ payload }) => payload.tenantId === tenantId);
  const [mine, theirs] = [of(MINE), of('globex')];
  if (mine === undefined || theirs === undefined) throw new Error('not both were handed over');
  return { world, mine, theirs };
}

const invoked = (invocation: Invocation, payload: unknown): Invocation => {
  const forged: Invocation = { ...invocation, tries: 0, over: false };
  return Object.assign(forged, { payload });
};

type Forge = (mine: JobPayload, theirs: JobPayload) => object;
const forgeries: readonly (readonly [name: string, forge: Forge])[] = [
  ['another’s envelope', (mine, { sealed }) => ({ ...mine, sealed })],
  ['another’s nonce', (mine, { sealed }) => ({ ...mine, sealed: { ...mine.sealed, iv: sealed.iv } })],
  [
    'another’s ciphertext',
    (mine, { sealed }) => ({ ...mine, sealed: { ...mine.sealed, ciphertext: sealed.ciphertext } }),
  ],
  ['another’s tag', (mine, { sealed }) => ({ ...mine, sealed: { ...mine.sealed, tag: sealed.tag } })],
  ['the tenant', (mine, { tenantId }) => ({ ...mine, tenantId })],
  ['the account', (mine, { accountId }) => ({ ...mine, accountId })],
  ['the issuance', (mine, { issuanceId }) => ({ ...mine, issuanceId })],
  [
    'tenant, account and issuance',
    (mine, { tenantId, accountId, issuanceId }) => ({ ...mine, tenantId, accountId, issuanceId }),
  ],
  ['the attempt', (mine) => ({ ...mine, attempt: 2 })],
  ['an attempt of nothing', (mine) => ({ ...mine, attempt: 0 })],
  ['the job', (mine) => ({ ...mine, job: 'process-logs' })],
  [
    'the job and the id',
    (mine) => ({ ...mine, job: 'process-logs', issuanceId: mine.issuanceId.replace('scan-account', 'process-logs') }),
  ],
  ['a later fence', (mine) => ({ ...mine, fenceMs: mine.fenceMs + 1_000 })],
  ['a later use', (mine) => ({ ...mine, usableUntilMs: mine.usableUntilMs + 1 })],
  ['a member more', (mine) => ({ ...mine, sudo: true })],
  ['a member less', ({ sealed: _, ...mine }) => mine],
  ['another version', (mine) => ({ ...mine, version: 2 })],
];

describe('a payload with something of another in it', () => {
  it.each(forgeries)('gives nobody credentials, and does not say why: %s', async (_, forge) => {
    const { world, mine, theirs } = await twoIssued();
    const ended = await world.host.run(invoked(mine, forge(mine.payload, theirs.payload)));
    expect(world.host.runs).toEqual([]);
    // Either nothing was claimed, or it was and did not open: one word for all of it.
    const told = JSON.stringify([ended, world.host.observed]);
    expect(told).toMatch(/claim\.refused|envelope\.invalid/);
    expect(told).not.toMatch(/unable to authenticate|decipher|InvalidCiphertext|unsupported state/i);
    // The other one's is untouched by it, unless it was its issuance that was named.
    await world.settle();
    expect(
      world.host.runs.filter(({ issuanceId }) => issuanceId === theirs.payload.issuanceId).length,
    ).toBeLessThanOrEqual(1);
    expect((await world.violations()).filter((one) => /^I(3|9|15):/.test(one))).toEqual([]);
  });

  it('is claimed once: whoever comes second has nothing, whoever it is', async () => {
    const { world, mine } = await twoIssued();
    await world.host.run(mine);
    const before = world.host.runs.length;
    for (let again = 0; again < 5; again += 1) await world.host.run(invoked(mine, mine.payload));
    expect([before, world.host.runs.length]).toEqual([1, 1]);
    expect(JSON.stringify(world.host.observed)).toContain('claim.refused');
  });
});
