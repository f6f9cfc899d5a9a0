import { beforeAll, describe, expect, it } from 'vitest';
import type { Wiring } from '../../local/template/wiring.ts';
import { isAllowed, OWN, readPackagedWiring, runnerOf } from '../architecture/packaged-access.ts';
import { aRole, aTenant } from '../support/a-tenant.ts';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import { withTables } from '../support/dynamo-tables.ts';
import { anAccountId, aRegistered, type ManagementWorld, managementWorld } from '../support/management-world.ts';
import { runJobEvent } from '../support/queue-message.ts';
import { badRoleArns } from '../unit/tenants/role-arn.cases.ts';

/** T8: a role ARN that says something else to IAM than to us: wildcards, dot paths, other partitions, our own accounts. */
const stores = withTables();
let world: ManagementWorld;
let wiring: Wiring;
beforeAll(async () => {
  world = managementWorld(stores);
  wiring = await readPackagedWiring();
});

describe('a role ARN that is not exactly one', () => {
  it('is not connected, in any of sixty forms, and leaves nothing behind', async () => {
    const tenantId = await aRegistered(world);
    const before = JSON.stringify(await world.registry.readTenant(tenantId));
    expect(badRoleArns.length).toBeGreaterThanOrEqual(60);
    for (const [roleArn] of badRoleArns) {
      const { statusCode, body } = await world.post(`/tenants/${tenantId}/roles`, { roleArn });
      expect({ roleArn, statusCode, code: body.error?.code }).toEqual({
        roleArn,
        statusCode: 400,
        code: expect.stringMatching(/^(account\.roleArnInvalid|request\.fieldInvalid)$/),
      });
    }
    expect(JSON.stringify(await world.registry.readTenant(tenantId))).toBe(before);
    const roleArn = `arn:aws:iam::${anAccountId()}:role/credential-broker/scanner`;
    expect(await world.post(`/tenants/${tenantId}/roles`, { roleArn })).toMatchObject({ statusCode: 201 });
  });

  it('reaches neither STS nor KMS, though somebody wrote it straight into the registry', async () => {
    for (const [roleArn] of badRoleArns) {
      const broker = brokerIn({ ...plainWorld, tenants: [aTenant({ roles: [aRole({ roleArn })] })] });
      await broker.deliver(runJobEvent());
      expect([broker.calls.assumed, broker.calls.dataKeys, broker.calls.invoked], roleArn).toEqual([[], [], []]);
    }
  });

  it.each(['issue-credentials', 'vend-credentials', 'verify-trust'])(
    'could not be assumed by %s either: its own policy denies what is ours and what is elsewhere',
    (functionName) => {
      const may = (accountId: string, path: string) =>
        isAllowed({
          caller: runnerOf(wiring.roles, functionName),
          action: 'sts:AssumeRole',
          resource: `arn:aws:iam::${accountId}:role${path}`,
          resourceAccountId: accountId,
          resourcePolicy: {
            Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: 'sts:AssumeRole' }],
          },
          resourcePolicyDecides: true,
          context: { 'sts:ExternalId': 'cb-local1-x' },
        });
      expect(may('222222222222', '/credential-broker/scanner')).toBe(true);
      for (const [accountId, path] of [
        [OWN, '/credential-broker/scanner'],
        [OWN, '/admin'],
        ['222222222222', '/admin'],
        ['222222222222', '/aws-service-role/x/y'],
        ['222222222222', '/credential-brokers/scanner'],
      ] as const) {
        expect(may(accountId, path), `${accountId}${path}`).toBe(false);
      }
    },
  );
});
