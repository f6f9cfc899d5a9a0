import { describe, expect, it } from 'vitest';
import { aTenant, externalIdOf } from '../support/a-tenant.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';

/** T6: two tenants whose roles have one name, in one warm process, to get the other's session out of some cache. */
const accountOf = new Map([
  ['acme', '222222222222'],
  ['globex', '333333333333'],
]);
const ROUNDS = 60;

describe('two tenants whose roles have one name', () => {
  it('get each its own session, from the event to the job’s own hands', async () => {
    const tenants = [...accountOf].map(([tenantId, accountId]) => aTenant({ tenantId, accountId }));
    const world = await faultyWorld({ tenants });
    for (let round = 0; round < ROUNDS; round += 1) {
      const tenantId = (round * 7) % 13 < 6 ? 'acme' : 'globex';
      world.ask({ tenantId }, `event-${round}`);
      if (round % 5 === 4) await world.pump({ batchSize: 10 });
    }
    await world.drain();
    // The jobs of both side by side, twice each.
    await Promise.all([...world.lambda.invocations, ...world.lambda.invocations].map((one) => world.host.run(one)));
    await world.settle();

    expect(world.host.runs).toHaveLength(ROUNDS);
    const issuances = new Map((await world.issuances()).map((issuance) => [issuance.recordId, issuance]));
    const sessions = new Map(world.sts.minted.map((session) => [session.accessKeyId, session]));
    const mixedUp = world.host.runs.filter(({ issuanceId, accessKeyId }) => {
      const session = sessions.get(accessKeyId);
      const accountId = accountOf.get(issuances.get(issuanceId)?.tenantId ?? '');
      return session?.issuanceId !== issuanceId || session.roleArn.split(':')[4] !== accountId;
    });
    expect(mixedUp).toEqual([]);
    const pairs = new Set(world.sts.asked.map(({ RoleArn, ExternalId }) => `${RoleArn?.split(':')[4]} ${ExternalId}`));
    expect(pairs).toEqual(
      new Set([...accountOf].map(([tenantId, accountId]) => `${accountId} ${externalIdOf(tenantId)}`)),
    );
    expect(await world.violations()).toEqual([]);
  });

  it('are told apart again in the very next event, when their registry changes', async () => {
    const world = await faultyWorld();
    world.ask({}, 'event-1');
    await world.drain();
    const moved = aTenant({ accountId: '444444444444' });
    await world.connect({
      ...moved,
      tenant: { ...moved.tenant, version: 4, externalIds: { current: externalIdOf('moved') } },
    });
    world.ask({ accountIds: ['444444444444'] }, 'event-2');
    await world.drain();
    expect(world.sts.asked.map(({ RoleArn, ExternalId }) => [RoleArn?.split(':')[4], ExternalId])).toEqual([
      ['222222222222', externalIdOf('acme')],
      ['444444444444', externalIdOf('moved')],
    ]);
  });
});
