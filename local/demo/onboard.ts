import { randomUUID } from 'node:crypto';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { TrustFinding } from '../../lib/onboarding/trust-finding.ts';
import type { TenantRole } from '../../lib/tenants/tenant.ts';
import type { RegistryRefusal } from '../../lib/tenants/tenant-registry.ts';
import type { DemoWorld } from './demo-world.ts';

export type NewCustomer = {
  readonly tenantId: string;
  readonly name: string;
  readonly accountIds: readonly string[];
  /** The example scan alone, unless these are others. */
  readonly enabledJobs?: readonly string[];
  /** Per job name. */
  readonly settings?: Readonly<Record<string, unknown>>;
};

/**
 * Takes a customer in: the tenant gets its external ID, the customer makes its roles, and each is probed with the right
 * ID, with a random one and with none before it is trusted. Gives the trust status of each role.
 */
export async function onboard(customer: NewCustomer, world: DemoWorld): Promise<readonly TenantRole[]> {
  const { registry, deployment, brokerAccount, assumingRoleArns } = world;
  const tenant = taken(
    await registry.registerTenant({
      tenantId: customer.tenantId,
      name: customer.name,
      enabledJobs: customer.enabledJobs ?? ['scan-account'],
      settings: customer.settings ?? {},
    }),
  );
  const { externalIds, enabledJobs: jobNames, settings } = tenant;
  const externalId = externalIds.current;
  const roles: TenantRole[] = [];
  for (const accountId of customer.accountIds) {
    const roleArn = await world.customer(accountId).createRole({
      deployment,
      brokerAccountId: brokerAccount,
      assumingRoleArns,
      externalIds,
      jobNames,
      catalogue: jobCatalogue,
      settings,
    });
    const role = taken(await registry.connectRole({ tenantId: tenant.tenantId, roleArn, jobs: 'all' }));
    const findings = [
      await probe(world.prober, { roleArn, externalId, kind: 'rightExternalId' }),
      await probe(world.prober, { roleArn, externalId: `cb-probe-${randomUUID()}`, kind: 'randomExternalId' }),
      await probe(world.prober, { roleArn, kind: 'noExternalId' }),
    ];
    roles.push(taken(await registry.recordVerification(role, findings)));
  }
  return roles;
}

/** Nothing that a probe gets may do anything, and what it gets is not even read. */
const DENY_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});

type Probe = {
  readonly roleArn: string;
  readonly externalId?: string;
  readonly kind: 'rightExternalId' | 'randomExternalId' | 'noExternalId';
};

async function probe(sts: STSClient, { roleArn, externalId, kind }: Probe): Promise<TrustFinding> {
  try {
    await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: `probe.${randomUUID()}`,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
        Policy: DENY_ALL,
        DurationSeconds: 900,
      }),
    );
    return `${kind}.accepted`;
  } catch (error) {
    return error instanceof Error && error.name === 'AccessDenied' ? `${kind}.denied` : 'probe.inconclusive';
  }
}

function taken<T extends object>(answer: T | RegistryRefusal): T {
  if ('refused' in answer) throw new Error(`the registry refused: ${answer.refused} (${answer.explanation})`);
  return answer;
}
