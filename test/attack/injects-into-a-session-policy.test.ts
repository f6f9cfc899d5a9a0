import { beforeAll, describe, expect, it } from 'vitest';
import { injections } from '../cases/session-policies.cases.ts';
import { aTenant } from '../support/a-tenant.ts';
import { withTables } from '../support/dynamo-tables.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';
import { aRegistered, type ManagementWorld, managementWorld } from '../support/management-world.ts';

/** T9: a setting of a tenant that becomes more than a value in the session policy (as in ConsoleMe, OpenBao and AWS's own sample). */
const stores = withTables();
let world: ManagementWorld;
beforeAll(() => {
  world = managementWorld(stores);
});
const attacks = injections.filter((text) => text.length > 0);
const settingsOf = (text: string) => ({ 'scan-account': { bucketNamePrefixes: [text] } });

async function policiesFor(settings: Record<string, unknown>) {
  const broker = await faultyWorld({ tenants: [aTenant({ tenant: { settings } })] });
  broker.ask();
  await broker.settle();
  return { world: broker, policies: broker.sts.asked.map(({ Policy = '' }) => JSON.parse(Policy)) };
}

describe('a setting with more than a value in it', () => {
  it('is not taken by the API', async () => {
    const tenantId = await aRegistered(world);
    for (const text of attacks) {
      const answer = await world.patch(`/tenants/${tenantId}`, { version: 1, settings: settingsOf(text) });
      expect(answer.statusCode, text).toBe(400);
      expect((await world.registry.readTenant(tenantId))?.tenant.settings).toEqual({});
    }
  });

  it('gets no session, though somebody wrote it straight into the registry, and is not repeated in the record', async () => {
    for (const text of attacks) {
      const { world: broker, policies } = await policiesFor(settingsOf(text));
      expect(policies, text).toEqual([]);
      expect(broker.lambda.invocations).toEqual([]);
      const issuance = await broker.issuance();
      expect(issuance).toMatchObject({ state: 'refused', refusal: { reason: 'policy.parameterInvalid' } });
      if (text.length > 3) expect(JSON.stringify([issuance, broker.log.lines])).not.toContain(text);
    }
  });

  it('that is one value differs from the policy of another in that value alone', async () => {
    const [one, other] = [await policiesFor(settingsOf('logs-acme')), await policiesFor(settingsOf('other'))];
    const [text] = one.policies.map((policy) => JSON.stringify(policy));
    expect(text).toContain('arn:aws:s3:::logs-acme*');
    expect(text?.replace('logs-acme', 'other')).toBe(JSON.stringify(other.policies[0]));
  });
});
