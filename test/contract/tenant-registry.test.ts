import { ThrottlingException } from '@aws-sdk/client-dynamodb';
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Ids, systemIds } from '../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { failingWith } from '../support/failing-dynamo.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { connectedRolesContract } from './connected-roles.contract.ts';
import { BY, PROVEN, type RegistryUnderTest } from './registry-under-test.ts';
import { roleConsentContract } from './role-consent.contract.ts';
import { tenantChangesContract } from './tenant-changes.contract.ts';
import { tenantRegistryContract } from './tenant-registry.contract.ts';

const dynamo = withTables();
const config = { tenantsTable: tables.tenantsTable, deploymentId: 'test1', mode: 'shared', roleArnRules } as const;

function inDynamo(ids: Ids, rule: { readonly awaitsConsent?: boolean } = {}): RegistryUnderTest {
  const client = dynamo.client();
  return {
    registry: makeTenantRegistry({ dynamo: client, clock: frozenClock(), ids, config: { ...config, ...rule } }),
    write: async (item) => {
      await client.send(new PutCommand({ TableName: tables.tenantsTable, Item: item }));
    },
  };
}

tenantRegistryContract('in DynamoDB', inDynamo);
connectedRolesContract('in DynamoDB', inDynamo);
tenantChangesContract('in DynamoDB', inDynamo);
roleConsentContract('in DynamoDB', inDynamo);

describe('the items of the registry', () => {
  it('are plain in one place only: no binding shows the external ID or the role that it binds', async () => {
    const client = dynamo.client();
    const registry = makeTenantRegistry({ dynamo: client, clock: frozenClock(), ids: systemIds, config });
    const roleArn = 'arn:aws:iam::888888888888:role/credential-broker/scanner';
    await registry.registerTenant({ tenantId: 'plain', name: 'P', enabledJobs: [] }, BY);
    await registry.connectRole({ tenantId: 'plain', roleArn, jobs: 'all' }, BY);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.tenantsTable }));
    const bindings = Items.filter((item) => item['owner'] === 'plain');
    expect(bindings.map((item) => Object.keys(item).sort())).toEqual([
      ['owner', 'record', 'tenantId', 'writeId'],
      ['owner', 'record', 'tenantId', 'writeId'],
    ]);
    expect(JSON.stringify(bindings)).not.toMatch(/cb-test1|arn:aws/);
    const others = Items.filter((item) => item['record'] !== 'tenant');
    expect(JSON.stringify(others)).not.toContain('cb-test1');
  });
});

describe('a request that names a thousand accounts', () => {
  it('costs one query of the roles and gives those of the named accounts', async () => {
    const client = dynamo.client();
    const registry = makeTenantRegistry({ dynamo: client, clock: frozenClock(), ids: systemIds, config });
    await registry.registerTenant({ tenantId: 'wide', name: 'W', enabledJobs: [] }, BY);
    for (const accountId of ['900000000001', '900000009999']) {
      const roleArn = `arn:aws:iam::${accountId}:role/credential-broker/scanner`;
      await registry.connectRole({ tenantId: 'wide', roleArn, jobs: 'all' }, BY);
    }
    let calls = 0;
    client.middlewareStack.add((next) => (input) => {
      calls += 1;
      return next(input);
    });
    const named = Array.from({ length: 1000 }, (_, index) => String(900_000_000_000 + index));
    const reading = await registry.readTenant('wide', named);
    expect(reading?.roles.map(({ accountId }) => accountId)).toEqual(['900000000001']);
    expect(calls).toBe(2);
  });
});

describe('a table that cannot be used', () => {
  it('is an error for every operation, never an answer', async () => {
    const working = inDynamo(systemIds).registry;
    const tenant = await working.registerTenant({ tenantId: 'busy', name: 'A', enabledJobs: [] }, BY);
    const roleArn = 'arn:aws:iam::222222222299:role/credential-broker/scanner';
    const role = await working.connectRole({ tenantId: 'busy', roleArn, jobs: 'all' }, BY);
    if ('refused' in tenant || 'refused' in role) throw new Error('refused');
    const client = failingWith(
      dynamo.client({ maxAttempts: 1 }),
      new ThrottlingException({ message: 'm', $metadata: {} }),
    );
    const registry = makeTenantRegistry({ dynamo: client, clock: frozenClock(), ids: systemIds, config });
    const legacy = { tenantId: 'acme', name: 'A', enabledJobs: [], legacyAccessKeyIds: [], importId: 'i' };
    const operations = [
      registry.readTenant('busy'),
      registry.registerTenant({ tenantId: 'acme', name: 'A', enabledJobs: [] }, BY),
      registry.importTenant(legacy, BY),
      registry.undoImport(legacy),
      registry.changeTenant(tenant, { notes: 'n' }, { change: 'tenant.settingsChanged', by: BY }),
      registry.newExternalId('busy'),
      registry.connectRole({ tenantId: 'busy', roleArn, jobs: 'all' }, BY),
      registry.consentToRole(role, BY),
      registry.disconnectRole(role, BY),
      registry.recordVerification(role, PROVEN, BY),
      registry.readChanges('busy', { limit: 9 }),
    ];
    const outcomes = await Promise.allSettled(operations);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store.busy', retryable: true } });
    }
  });
});
