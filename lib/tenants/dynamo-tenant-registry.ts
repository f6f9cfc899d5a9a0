import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import { makeTenantReader } from './dynamo-tenant-reader.ts';
import type { RegistryConfig } from './registry-dependencies.ts';
import { connectRole } from './role-connection.ts';
import { consentToRole } from './role-consent.ts';
import { disconnectRole } from './role-disconnection.ts';
import { recordVerification } from './role-verification.ts';
import { newExternalId } from './tenant-bindings.ts';
import { changeTenant } from './tenant-change.ts';
import { readChanges } from './tenant-history.ts';
import { importTenant, registerTenant, undoImport } from './tenant-registration.ts';
import type { TenantRegistry } from './tenant-registry.ts';
import { tenantsTable } from './tenants-table.ts';

export type TenantRegistryDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly config: RegistryConfig;
};

/** The registry in DynamoDB: single conditional writes, consistent reads, every item checked against its schema. */
export function makeTenantRegistry({ dynamo, clock, ids, config }: TenantRegistryDependencies): TenantRegistry {
  const table = tenantsTable({ dynamo, config });
  const dependencies = { table, clock, ids, config };
  return {
    ...makeTenantReader({ dynamo, config }),
    registerTenant: (tenant, by) => registerTenant(tenant, by, dependencies),
    importTenant: (tenant, by) => importTenant(tenant, by, dependencies),
    undoImport: (tenant) => undoImport(tenant, dependencies),
    changeTenant: (before, change, note) => changeTenant({ before, change, note }, dependencies),
    newExternalId: (tenantId) => newExternalId(tenantId, dependencies),
    connectRole: (role, by) => connectRole(role, by, dependencies),
    consentToRole: (role, by) => consentToRole(role, by, dependencies),
    disconnectRole: (role, by) => disconnectRole(role, by, dependencies),
    recordVerification: (role, proof, by) => recordVerification({ role, proof, by }, dependencies),
    readChanges: (tenantId, page) => readChanges(tenantId, page, table),
  };
}
