import { describe, expect, it } from 'vitest';
import type { IssuanceIn } from '../../../lib/ledger/issuance.ts';
import { expired, failed } from '../../../lib/ledger/issuance-endings.ts';
import { openIntended } from '../../../lib/ledger/issuance-intents.ts';
import { issued } from '../../../lib/ledger/issuance-transitions.ts';
import { anIdentity } from '../../support/an-issuance.ts';
import { START_MS } from '../../support/frozen-clock.ts';
import { type LifecycleWorld, lifecycleWorld } from '../../support/tenant-lifecycle/lifecycle-world.ts';

const FENCE_MS = START_MS + 600_000;
const roleArn = 'arn:aws:iam::222222222222:role/credential-broker/scanner';

async function open(world: LifecycleWorld, name: string): Promise<IssuanceIn<'intended'>> {
  const identity = { ...anIdentity(name), delivery: 'caller' as const };
  const intended = openIntended(identity, { owner: 'owner-1', roleArn, tenantVersion: 3, roleVersion: 2 }, START_MS);
  await world.ledger.open(intended);
  return intended;
}

async function give(world: LifecycleWorld, name: string): Promise<IssuanceIn<'issued'>> {
  const intended = await open(world, name);
  const session = { accessKeyId: 'ASIA1', assumedRoleId: 'AROA', stsRequestId: 'sts-1', issuedAtMs: START_MS };
  const facts = { ...session, expiresAtMs: START_MS + 900_000, fenceMs: FENCE_MS, policySha256: 'a'.repeat(64) };
  const after = issued(intended, facts, START_MS);
  await world.ledger.advance(intended, after);
  return after;
}

describe('suspending a tenant whose credentials a caller has', () => {
  it('revokes nothing that was given out, and tells of it with its fence', async () => {
    const world = lifecycleWorld();
    const before = await give(world, 'given');
    expect(await world.suspend()).toMatchObject({
      revokedIssuances: 0,
      alive: [{ issuanceId: before.recordId, state: 'issued', accountId: '222222222222', roleArn, endsByMs: FENCE_MS }],
    });
    expect(await world.ledger.readIssuance(before.recordId)).toEqual(before);
  });

  it('fences out a call that has not recorded its issue yet', async () => {
    const world = lifecycleWorld();
    const { recordId } = await open(world, 'under way');
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 1, alive: [] });
    expect((await world.ledger.readIssuance(recordId))?.state).toBe('revoked');
  });

  it('leaves out what is past its fence, and what came to nothing', async () => {
    const world = lifecycleWorld();
    const given = await give(world, 'over');
    await world.ledger.advance(given, expired(given, START_MS));
    const lost = await open(world, 'lost');
    await world.ledger.advance(lost, failed(lost, { code: 'sts.outcomeUnknown', atMs: START_MS }));
    expect(await world.suspend()).toMatchObject({ revokedIssuances: 0, alive: [] });
  });
});
