import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex, systemIds } from '../../lib/platform/ids.ts';
import { BINDING_RECORD, bindingPartition } from '../../lib/platform/table-keys.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import type { TenantRegistry } from '../../lib/tenants/tenant-registry.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { accepted, anAccount, arnIn, aTenantId, BY, registered } from './registry-under-test.ts';

const dynamo = withTables();
type Mode = 'shared' | 'dedicated';

function over(client: ReturnType<typeof dynamo.client>, mode: Mode = 'shared'): TenantRegistry {
  const config = { tenantsTable: tables.tenantsTable, deploymentId: 'test1', mode, roleArnRules };
  return makeTenantRegistry({ dynamo: client, clock: frozenClock(), ids: systemIds, config });
}

/** A registry that stands still before its n-th write until everything else has been done. */
function pausingAt(step: number, meanwhile: () => Promise<unknown>, mode?: Mode): TenantRegistry {
  const client = dynamo.client();
  let writes = 0;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (input) => {
        if (commandName === 'PutItemCommand' || commandName === 'DeleteItemCommand') {
          writes += 1;
          if (writes === step) await meanwhile();
        }
        return next(input);
      },
    { step: 'initialize' },
  );
  return over(client, mode);
}

/** Two tenants and a role of one account; a third one sees what is free afterwards. */
type Stage = {
  readonly a: string;
  readonly b: string;
  readonly third: string;
  readonly account: string;
  readonly roleArn: string;
};
type Step = (registry: TenantRegistry, stage: Stage) => Promise<unknown>;

const connect =
  (who: 'a' | 'b', name: string, jobs: 'all' | readonly string[]): Step =>
  (registry, stage) =>
    registry.connectRole({ tenantId: stage[who], roleArn: arnIn(stage.account, name), jobs }, BY);
const disconnect: Step = async (registry, { a, roleArn }) => {
  const role = (await registry.readTenant(a))?.roles.find((candidate) => candidate.roleArn === roleArn);
  return role && registry.disconnectRole(role, BY);
};
const leave: Step = async (registry, stage) => {
  const tenant = (await registry.readTenant(stage.a))?.tenant;
  if (tenant === undefined) throw new Error('there is no tenant');
  const change = { status: 'offboarded', externalIds: null } as const;
  accepted(await registry.changeTenant(tenant, change, { change: 'tenant.offboarded', by: BY }));
  for (const role of (await registry.readTenant(stage.a))?.roles ?? []) await registry.disconnectRole(role, BY);
};
/** By a process that ends when the role itself is all that it has left to write. */
const almost =
  (step: Step): Step =>
  async (_, stage) => {
    const ending = pausingAt(3, async () => Promise.reject(new Error('the process ended')));
    await step(ending, stage).catch(() => undefined);
  };
const inOrder =
  (...steps: readonly Step[]): Step =>
  async (registry, stage) => {
    for (const step of steps) await step(registry, stage);
  };

const beginnings: readonly [string, Step][] = [
  ['nothing', async () => undefined],
  ['a role of x', connect('a', 'r', ['x'])],
];
const paused: readonly [string, Step][] = [
  ['connects x and y', connect('a', 'r', ['x', 'y'])],
  ['connects y', connect('a', 'r', ['y'])],
  ['disconnects', disconnect],
];
const interruptions: readonly [string, Step][] = [
  ['another tenant connects it', connect('b', 'r', 'all')],
  ['a sibling takes all', connect('a', 's', 'all')],
  ['a sibling takes y', connect('a', 's', ['y'])],
  ['it is connected with y, and a sibling takes x', inOrder(connect('a', 'r', ['y']), connect('a', 's', ['x']))],
  ['it is connected with x, and a sibling takes y', inOrder(connect('a', 'r', ['x']), connect('a', 's', ['y']))],
  [
    'it is almost connected with y, and a sibling takes x',
    inOrder(almost(connect('a', 'r', ['y'])), connect('a', 's', ['x'])),
  ],
  ['it is disconnected', disconnect],
  ['it changes hands', inOrder(disconnect, connect('b', 'r', 'all'))],
  ['it is disconnected, and a sibling takes all', inOrder(disconnect, connect('a', 's', 'all'))],
  ['it is disconnected and connected', inOrder(disconnect, connect('a', 'r', ['x']))],
  ['the tenant leaves', leave],
];
const cases = beginnings.flatMap(([before, setUp]) =>
  paused.flatMap(([name, step]) =>
    interruptions.map(([meanwhile, other]) => ({ before, name, meanwhile, setUp, step, other })),
  ),
);

async function checkAfterwards(registry: TenantRegistry, { a, b, third, account, roleArn }: Stage) {
  const readings = await Promise.all([a, b].map((tenantId) => registry.readTenant(tenantId, [account])));
  const roles = readings.flatMap((reading) => reading?.roles ?? []);
  expect(roles.filter((role) => role.roleArn === roleArn).length).toBeLessThanOrEqual(1);
  for (const tenantId of [a, b]) {
    const jobs = roles
      .filter((role) => role.tenantId === tenantId)
      .flatMap((role) => (role.jobs === 'all' ? ['x', 'y'] : role.jobs));
    expect(new Set(jobs).size).toBe(jobs.length);
  }
  if (readings[0]?.tenant.status === 'offboarded') expect(readings[0].roles).toEqual([]);
  // Each role that is there holds its ARN, and each that is not there holds nothing.
  for (const name of ['r', 's']) {
    const asked = { tenantId: third, roleArn: arnIn(account, name), jobs: [name] };
    const answer = await registry.connectRole(asked, BY);
    expect('refused' in answer).toBe(roles.some((role) => role.roleArn === arnIn(account, name)));
  }
}

const aRegisteredTenant = async (registry: TenantRegistry) =>
  (await registered({ registry, write: async () => undefined })).tenantId;

describe('changes that come between the writes of another', () => {
  let b = '';
  let third = '';
  beforeAll(async () => {
    const registry = over(dynamo.client());
    b = await aRegisteredTenant(registry);
    third = await aRegisteredTenant(registry);
  });

  it.each(cases)('break nothing: $before, $name, $meanwhile', async ({ setUp, step, other }) => {
    for (const at of [1, 2, 3, 4]) {
      const registry = over(dynamo.client());
      const account = anAccount();
      const stage = { a: await aRegisteredTenant(registry), b, third, account, roleArn: arnIn(account, 'r') };
      await setUp(registry, stage);
      await step(
        pausingAt(at, () => other(registry, stage)),
        stage,
      );
      await checkAfterwards(registry, stage);
    }
  });

  it('leave one customer in a dedicated deployment', async () => {
    const [one, other] = [aTenantId(), aTenantId()];
    for (const at of [1, 2]) {
      const registry = over(dynamo.client(), 'dedicated');
      const register = (by: TenantRegistry, tenantId: string) =>
        by.registerTenant({ tenantId, name: 'A', enabledJobs: [] }, BY);
      const goes = async (tenantId: string) => {
        const tenant = (await registry.readTenant(tenantId))?.tenant;
        if (tenant?.status !== 'active') return;
        await registry.changeTenant(tenant, { status: 'offboarded' }, { change: 'tenant.offboarded', by: BY });
      };
      accepted(await register(registry, one));
      await goes(one);
      await register(
        pausingAt(at, () => register(registry, other), 'dedicated'),
        one,
      );
      const readings = await Promise.all([one, other].map((tenantId) => registry.readTenant(tenantId)));
      expect(readings.filter((reading) => reading?.tenant.status === 'active')).toHaveLength(1);
      for (const tenantId of [one, other]) await goes(tenantId);
    }
  });
});

describe('the calls of the registry', () => {
  it('read consistently, each of them, and leave no binding of a role that is gone', async () => {
    const client = dynamo.client();
    const reads: unknown[] = [];
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        (command) => {
          if (/^(Get|Query|Scan|Batch)/.test(commandName)) reads.push(command.input);
          return next(command);
        },
      { step: 'initialize' },
    );
    const registry = over(client);
    const tenantId = await aRegisteredTenant(registry);
    const account = anAccount();
    const stage = { a: tenantId, b: tenantId, third: tenantId, account, roleArn: arnIn(account, 'r') };
    await inOrder(connect('a', 'r', 'all'), disconnect, leave)(registry, stage);
    await registry.readChanges(tenantId, { limit: 9 });
    expect(reads.length).toBeGreaterThan(10);
    for (const read of reads) expect(read).toMatchObject({ ConsistentRead: true });
    const Key = { tenantId: bindingPartition('role-arn', sha256Hex(stage.roleArn)), record: BINDING_RECORD };
    const { Item } = await dynamo.client().send(new GetCommand({ TableName: tables.tenantsTable, Key }));
    expect(Item).toBeUndefined();
  });
});
