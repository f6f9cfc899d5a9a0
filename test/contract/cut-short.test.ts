import { describe, expect, it } from 'vitest';
import { systemIds } from '../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import type { TenantRegistry } from '../../lib/tenants/tenant-registry.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { losingAnswers } from '../support/failing-dynamo.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { accepted, anAccount, arnIn, aTenantId, BY, connected, PROVEN, registered } from './registry-under-test.ts';

const dynamo = withTables();
const config = { tenantsTable: tables.tenantsTable, deploymentId: 'test1', mode: 'shared', roleArnRules } as const;
const note = { change: 'tenant.settingsChanged', by: BY } as const;
const write = async () => undefined;

function over(client: ReturnType<typeof dynamo.client>): TenantRegistry {
  return makeTenantRegistry({ dynamo: client, clock: frozenClock(), ids: systemIds, config });
}

function isWrite(commandName: string | undefined): boolean {
  return commandName === 'PutItemCommand' || commandName === 'DeleteItemCommand';
}

/** A registry whose process ends with its n-th write: before it took effect, or after. */
function endingAt(step: number, when: 'before' | 'after'): TenantRegistry {
  const client = dynamo.client({ maxAttempts: 1 });
  let writes = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (input) => {
        if (isWrite(commandName)) writes += 1;
        const isDead = writes > step || (writes === step && when === 'before');
        if (isDead) throw new Error('the process ended');
        const answer = await next(input);
        if (writes === step) throw new Error('the process ended');
        return answer;
      },
    { step: 'initialize' },
  );
  return over(client);
}

const ENDS = [1, 2, 3, 4, 5].flatMap((step) => (['before', 'after'] as const).map((when) => [step, when] as const));

describe('a change of the registry that is cut short', () => {
  it.each(ENDS)('leaves no role ARN or job lost that was being connected: write %i, %s', async (step, when) => {
    const registry = over(dynamo.client());
    const at = { registry, write };
    const [a, b] = [await registered(at), await registered(at)];
    const account = anAccount();
    const wanted = { tenantId: a.tenantId, roleArn: arnIn(account), jobs: ['scan-account'] };
    await endingAt(step, when)
      .connectRole(wanted, BY)
      .catch(() => undefined);
    const [there] = (await registry.readTenant(a.tenantId))?.roles ?? [];
    const other = await registry.connectRole({ ...wanted, tenantId: b.tenantId }, BY);
    // It is connected or it is not, and stands in nobody's way when it is not.
    expect('refused' in other).toBe(there !== undefined);
    const sibling = await registry.connectRole({ ...wanted, roleArn: arnIn(account, 'sibling') }, BY);
    expect('refused' in sibling).toBe(there !== undefined);
    const again = await registry.connectRole(wanted, BY);
    expect(again).toEqual(there ?? expect.objectContaining({ refused: 'account.roleAmbiguous' }));
  });

  it.each(ENDS)('leaves nothing of a role that was being disconnected in the way: write %i, %s', async (step, when) => {
    const registry = over(dynamo.client());
    const at = { registry, write };
    const [a, b] = [await registered(at), await registered(at)];
    const role = await connected(at, { tenantId: a.tenantId });
    await endingAt(step, when)
      .disconnectRole(role, BY)
      .catch(() => undefined);
    const [there] = (await registry.readTenant(a.tenantId))?.roles ?? [];
    const other = await registry.connectRole({ tenantId: b.tenantId, roleArn: role.roleArn, jobs: 'all' }, BY);
    expect('refused' in other).toBe(there !== undefined);
    const sibling = { tenantId: a.tenantId, roleArn: arnIn(role.accountId, 'sibling'), jobs: 'all' } as const;
    expect('refused' in (await registry.connectRole(sibling, BY))).toBe(there !== undefined);
  });

  it.each(ENDS)('keeps every job of an account with one role while jobs change: write %i, %s', async (step, when) => {
    const registry = over(dynamo.client());
    const at = { registry, write };
    const { tenantId } = await registered(at);
    const account = anAccount();
    const roleArn = arnIn(account);
    await connected(at, { tenantId, roleArn, jobs: ['x'] });
    await endingAt(step, when)
      .connectRole({ tenantId, roleArn, jobs: ['y'] }, BY)
      .catch(() => undefined);
    const [there] = (await registry.readTenant(tenantId))?.roles ?? [];
    for (const job of ['x', 'y']) {
      const answer = await registry.connectRole({ tenantId, roleArn: arnIn(account, job), jobs: [job] }, BY);
      expect('refused' in answer).toBe(there?.jobs.includes(job));
    }
  });

  it.each(ENDS)('has its change in the history exactly when it took effect: write %i, %s', async (step, when) => {
    const registry = over(dynamo.client());
    const tenant = await registered({ registry, write });
    const ending = endingAt(step, when);
    const changed = await ending.changeTenant(tenant, { notes: 'n' }, note).catch(() => undefined);
    const now = (await registry.readTenant(tenant.tenantId))?.tenant;
    const { rows } = await registry.readChanges(tenant.tenantId, { limit: 9 });
    const both = [
      ['tenant.settingsChanged', 2],
      ['tenant.registered', 1],
    ];
    expect(rows.map(({ change, version }) => [change, version])).toEqual(now?.version === 2 ? both : both.slice(1));
    if (changed !== undefined) expect(changed).toEqual(now);
  });
});

describe('a write whose answer was lost', () => {
  const steps: readonly [string, (registry: TenantRegistry) => Promise<unknown>][] = [
    ['registering', (registry) => registry.registerTenant({ tenantId: aTenantId(), name: 'A', enabledJobs: [] }, BY)],
    [
      'importing',
      (registry) =>
        registry.importTenant(
          { tenantId: aTenantId(), name: 'A', enabledJobs: [], legacyAccessKeyIds: [], importId: 'i' },
          BY,
        ),
    ],
    [
      'changing',
      async (registry) =>
        registry.changeTenant(await registered({ registry: over(dynamo.client()), write }), { notes: 'n' }, note),
    ],
    ['connecting', async (registry) => registry.connectRole({ ...(await aRole()), jobs: 'all' }, BY)],
    [
      'disconnecting',
      async (registry) => registry.disconnectRole(accepted(await registry.connectRole(await aRole(), BY)), BY),
    ],
    [
      'verifying',
      async (registry) =>
        registry.recordVerification(accepted(await registry.connectRole(await aRole(), BY)), PROVEN, BY),
    ],
  ];

  async function aRole() {
    const { tenantId } = await registered({ registry: over(dynamo.client()), write });
    return { tenantId, roleArn: arnIn(anAccount()), jobs: 'all' } as const;
  }

  it.each(steps)('is known for its own: %s', async (_, operation) => {
    // Every answer is lost once, so that the client repeats each call.
    const answer = await operation(over(losingEveryOther()));
    expect(answer).not.toHaveProperty('refused');
  });

  it('is known for its own even when another change came after it', async () => {
    const registry = over(dynamo.client());
    const tenant = await registered({ registry, write });
    const client = losingAnswers(dynamo.client(), 0);
    let intruded = false;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (input) => {
          const answer = await next(input);
          if (intruded || commandName !== 'PutItemCommand' || !JSON.stringify(input).includes('attempt-1'))
            return answer;
          intruded = true;
          const now = (await registry.readTenant(tenant.tenantId))?.tenant ?? tenant;
          accepted(await registry.changeTenant(now, { notes: 'attempt-2' }, note));
          throw Object.assign(new Error('The conditional request failed'), { name: 'ConditionalCheckFailedException' });
        },
      { step: 'initialize' },
    );
    const answer = await over(client).changeTenant(tenant, { notes: 'attempt-1' }, note);
    expect(answer).toMatchObject({ notes: 'attempt-1', version: 2 });
    expect((await registry.readTenant(tenant.tenantId))?.tenant).toMatchObject({ notes: 'attempt-2', version: 3 });
  });

  function losingEveryOther() {
    const client = dynamo.client();
    let writes = 0;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (request) => {
          const answer = await next(request);
          if (!isWrite(commandName)) return answer;
          writes += 1;
          if (writes % 2 === 0) return answer;
          throw Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' });
        },
      { step: 'deserialize', priority: 'high' },
    );
    return client;
  }
});
