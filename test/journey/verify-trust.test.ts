import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package-stage.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { assumingRoleArns } from '../../lib/onboarding/assuming-roles.ts';
import { trustTemplate } from '../../lib/onboarding/trust-template.ts';
import type { Tenant, TenantRole } from '../../lib/tenants/tenant.ts';
import type { RegistryRefusal } from '../../lib/tenants/tenant-registry.ts';
import { customerOf } from '../../local/demo/customer.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { type Stack, startStack } from '../../local/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
const VERIFY_TRUST = 'credential-broker-local-verify-trust';
let stack: Stack;
let world: DemoWorld;

beforeAll(async () => {
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(root, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(root, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
}, 60_000);
afterAll(() => stack.close());

function taken<T extends object>(answer: T | RegistryRefusal): T {
  if ('refused' in answer) throw new Error(`${answer.refused}: ${answer.explanation}`);
  return answer;
}

/** A tenant with a role that its customer made from the template. */
async function connected(tenantId: string, accountId: string): Promise<{ tenant: Tenant; role: TenantRole }> {
  const enabledJobs = ['scan-account'];
  const tenant = taken(await world.registry.registerTenant({ tenantId, name: tenantId, enabledJobs }, 'test'));
  const { deployment, brokerAccount } = world;
  const reading = trustTemplate({
    deployment,
    brokerAccountId: brokerAccount,
    assumingRoleArns: assumingRoleArns({
      partition: 'aws',
      brokerAccountId: brokerAccount,
      prefix: 'credential-broker-local',
    }),
    externalIds: tenant.externalIds,
    jobNames: enabledJobs,
    catalogue: jobCatalogue,
    settings: {},
  });
  if (!reading.built) throw new Error(reading.explanation);
  const keys = stack.accounts.accounts.find((account) => account.accountId === accountId);
  if (keys === undefined) throw new Error('no such account');
  const customer = customerOf({ accountId, keys, endpoint: stack.endpoint });
  const roleArn = await customer.createRole(JSON.stringify(reading.template));
  return { tenant, role: taken(await world.registry.connectRole({ tenantId, roleArn, jobs: 'all' }, 'test')) };
}

async function verify(event: object): Promise<unknown> {
  const outcome = await stack.functions.invoke(VERIFY_TRUST, JSON.stringify(event));
  expect(outcome.functionError).toBeUndefined();
  return JSON.parse(outcome.payload);
}

async function roleOf(tenantId: string): Promise<TenantRole | undefined> {
  return (await world.registry.readTenant(tenantId))?.roles[0];
}

describe('verify-trust, deployed', () => {
  it('trusts a role that opens to us alone, with what else it allows', async () => {
    await connected('acme', '222222222222');
    await verify({ kind: 'check', tenantId: 'acme', by: 'test' });
    expect(await roleOf('acme')).toMatchObject({
      status: 'trusted',
      findings: [],
      capabilities: { sessionTags: true, sourceIdentity: true },
    });
  });

  it('withdraws a role that does not open to us any more, tells of it, and takes it back', async () => {
    const { tenant } = await connected('initech', '444444444444');
    await verify({ kind: 'check', tenantId: 'initech', by: 'test' });
    await world.customer('444444444444').changeExternalId('another-one');
    await verify({ kind: 'check', tenantId: 'initech', by: 'test' });
    expect(await roleOf('initech')).toMatchObject({
      status: 'quarantined',
      findings: ['trust.rightExternalIdRefused'],
    });
    await world.customer('444444444444').changeExternalId(tenant.externalIds?.current ?? '');
    await verify({ kind: 'check', tenantId: 'initech', by: 'test' });
    expect(await roleOf('initech')).toMatchObject({ status: 'trusted', findings: [] });
  });

  it('verifies every role once a day, on its schedule', async () => {
    await connected('globex', '333333333333');
    expect(await roleOf('globex')).toMatchObject({ status: 'pending' });
    for (let step = 0; step < 24 && (await roleOf('globex'))?.status === 'pending'; step += 1) {
      stack.advance(3_600_000);
      await stack.idle();
    }
    expect(await roleOf('globex')).toMatchObject({ status: 'trusted' });
  }, 60_000);

  it('refuses what is no order', async () => {
    const outcome = await stack.functions.invoke(VERIFY_TRUST, '{"kind":"other"}');
    expect(outcome.functionError).toBe('Unhandled');
    expect(outcome.payload).toContain('takes a check or a tick');
  });
});
