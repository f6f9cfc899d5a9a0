import { describe, expect, it } from 'vitest';
import { systemIds } from '../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import type { TenantRole } from '../../lib/tenants/tenant.ts';
import type { TenantRegistry } from '../../lib/tenants/tenant-registry.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { accepted, anAccount, arnIn, BY, PROVEN, registered } from './registry-under-test.ts';

const SECOND = 'arn:aws:sts::111111111111:assumed-role/security/grace';
const dynamo = withTables();

function over(client: ReturnType<typeof dynamo.client>): TenantRegistry {
  const config = { tenantsTable: tables.tenantsTable, deploymentId: 'test1', mode: 'shared', roleArnRules } as const;
  const awaiting = { ...config, awaitsConsent: true };
  return makeTenantRegistry({ dynamo: client, clock: frozenClock(), ids: systemIds, config: awaiting });
}

/** A registry that stands still before its n-th write until something else has been done. */
function pausingAt(step: number, meanwhile: () => Promise<unknown>): TenantRegistry {
  const client = dynamo.client();
  let writes = 0;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (input) => {
        if (commandName === 'PutItemCommand') {
          writes += 1;
          if (writes === step) await meanwhile();
        }
        return next(input);
      },
    { step: 'initialize' },
  );
  return over(client);
}

type Step = (registry: TenantRegistry, role: TenantRole) => Promise<unknown>;
const disconnect: Step = async (registry, { tenantId, accountId }) => {
  for (const role of (await registry.readTenant(tenantId, [accountId]))?.roles ?? []) {
    await registry.disconnectRole(role, BY);
  }
};
const connect =
  (jobs: 'all' | readonly string[], by = BY): Step =>
  (registry, { tenantId, roleArn }) =>
    registry.connectRole({ tenantId, roleArn, jobs }, by);

const interruptions: readonly [string, readonly Step[], object, string][] = [
  ['it is proven', [(registry, role) => registry.recordVerification(role, PROVEN, BY)], { status: 'trusted' }, 'given'],
  ['it gets more jobs', [connect('all')], { refused: 'registry.stale' }, 'awaited'],
  ['it is disconnected', [disconnect], { refused: 'account.unknown' }, 'gone'],
  ['it is connected anew, for more', [disconnect, connect('all')], { refused: 'registry.stale' }, 'awaited'],
  [
    'it is connected anew by who consents',
    [disconnect, connect(['scan-account'], SECOND)],
    { refused: 'consent.ownConnection' },
    'awaited',
  ],
  [
    'another consents',
    [(registry, role) => registry.consentToRole(role, 'arn:aws:iam::111111111111:user/third')],
    { refused: 'consent.notAwaited' },
    'given',
  ],
];

describe('a consent while its role is changed', () => {
  // Its writes: what was changed before gets a record of its own, and then the role.
  const cases = interruptions.flatMap((row) => [1, 2].map((step) => [...row, step] as const));

  it.each(cases)('goes by the role as it is then: %s', async (_, steps, answer, state, step) => {
    const registry = over(dynamo.client());
    const { tenantId } = await registered({ registry, write: async () => undefined });
    const roleArn = arnIn(anAccount());
    const role = accepted(await registry.connectRole({ tenantId, roleArn, jobs: ['scan-account'] }, BY));
    let reached = false;
    const pausing = pausingAt(step, async () => {
      reached = true;
      for (const each of steps) await each(registry, role);
    });
    const answered = await pausing.consentToRole({ tenantId, roleArn, jobs: ['scan-account'] }, SECOND);
    expect(reached).toBe(true);
    expect(answered).toMatchObject(answer);
    const there = (await registry.readTenant(tenantId))?.roles.find((candidate) => candidate.roleArn === roleArn);
    expect(there?.consent?.state ?? 'gone').toBe(state);
  });
});
