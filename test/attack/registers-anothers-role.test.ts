import { beforeAll, describe, expect, it } from 'vitest';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import { withTables } from '../support/dynamo-tables.ts';
import { anId, aRegistered, type ManagementWorld, managementWorld } from '../support/management-world.ts';
import { runJobEvent } from '../support/queue-message.ts';
import { anInput, aTemplate } from '../unit/onboarding/templates/a-template.ts';
import { probedCustomer } from '../unit/onboarding/trust/probed-customer.ts';

/** T2: a tenant registers the role of another, to have the broker enter that one's account on its behalf. */
const ROLE = 'arn:aws:iam::222222222222:role/credential-broker/scanner';
const stores = withTables();
let world: ManagementWorld;
beforeAll(() => {
  world = managementWorld(stores);
});

type Customer = ReturnType<typeof probedCustomer>;

/** Connects the role to the tenant by the API, and has it probed by an STS that judges the customer's trust policy. */
async function connectAndProbe(tenantId: string, customer: Customer) {
  const answer = await world.post(`/tenants/${tenantId}/roles`, { roleArn: ROLE });
  const probed = await probe(tenantId, customer);
  return { answer, ...probed };
}

async function probe(tenantId: string, customer: Customer) {
  const reading = await world.registry.readTenant(tenantId);
  const [role] = reading?.roles ?? [];
  if (reading === undefined || role === undefined) return { status: undefined, findings: [] };
  const { firstRefusedAtMs: _before, ...kept } = customer.world.role;
  customer.world.role = { ...kept, ...role };
  const { proof } = await customer.verify({ tenant: reading.tenant });
  await world.registry.recordVerification(role, proof, 'verify-trust');
  return { status: proof.status, findings: proof.findings };
}

/** A customer whose role takes the external ID of this tenant alone. */
async function customerOf(tenantId: string): Promise<Customer> {
  const customer = probedCustomer({ deploymentId: 'test1' });
  const externalIds = (await world.registry.readTenant(tenantId))?.tenant.externalIds;
  customer.trust(
    aTemplate({ externalIds, deployment: { ...anInput().deployment, deploymentId: 'test1' } }).trustPolicy,
  );
  return customer;
}

async function askFor(tenantId: string) {
  const reading = await world.registry.readTenant(tenantId);
  const broker = brokerIn({ ...plainWorld, tenants: reading === undefined ? [] : [reading] });
  await broker.deliver(runJobEvent({ detail: { tenantId } }));
  return broker;
}

describe('a tenant that registers the role of another', () => {
  it('is told what everybody is told, and the other goes on as before', async () => {
    const [owner, thief] = [await aRegistered(world), await aRegistered(world)];
    const customer = await customerOf(owner);
    expect(await connectAndProbe(owner, customer)).toMatchObject({ status: 'trusted', findings: [] });
    const before = JSON.stringify(await world.registry.readTenant(owner));

    const { answer } = await connectAndProbe(thief, customer);
    expect(answer).toMatchObject({ statusCode: 409, body: { error: { code: 'account.alreadyConnected' } } });
    for (const word of [owner, 'trusted', 'pending', 'quarantined', 'cb-test1-']) {
      expect(JSON.stringify(answer.body)).not.toContain(word);
    }
    expect(JSON.stringify(await world.registry.readTenant(owner))).toBe(before);
    expect((await askFor(owner)).calls.invoked).toHaveLength(1);
    const { calls, ledger } = await askFor(thief);
    expect([calls.assumed, calls.dataKeys, calls.invoked]).toEqual([[], [], []]);
    expect([...ledger.items.values()]).toMatchObject([{ refusal: { reason: 'account.none' } }]);
    await world.del(`/tenants/${owner}/roles/222222222222/scanner`);
  });

  it('gets nothing by being first: its own external ID does not open the role', async () => {
    const [owner, thief] = [await aRegistered(world), await aRegistered(world)];
    const customer = await customerOf(owner);
    const first = await connectAndProbe(thief, customer);
    expect(first).toMatchObject({ status: 'pending', findings: ['trust.rightExternalIdRefused'] });
    customer.clock.advance(300_000);
    expect(await probe(thief, customer)).toMatchObject({ status: 'refused' });

    const { calls, ledger } = await askFor(thief);
    expect([calls.assumed, calls.invoked]).toEqual([[], []]);
    expect([...ledger.items.values()].map((item) => item['refusal'])).toContainEqual(
      expect.objectContaining({ reason: 'account.notVerified' }),
    );
    // Only the thief's own external ID was ever tried.
    const { externalIds } = (await world.registry.readTenant(thief))?.tenant ?? {};
    expect(new Set(customer.world.asked.map(({ externalId }) => externalId))).toEqual(new Set([externalIds?.current]));
    // And it stands in nobody's way for longer than an operator lets it.
    await world.del(`/tenants/${thief}/roles/222222222222/scanner`);
    expect(await connectAndProbe(owner, customer)).toMatchObject({ status: 'trusted' });
    await world.del(`/tenants/${owner}/roles/222222222222/scanner`);
  });

  it('is not helped by the other’s external ID in its own trust policy', async () => {
    const [other, thief] = [await aRegistered(world), await aRegistered(world)];
    const customer = await customerOf(other);
    expect(await connectAndProbe(thief, customer)).toMatchObject({ status: 'pending' });
    expect((await askFor(thief)).calls.assumed).toEqual([]);
    await world.del(`/tenants/${thief}/roles/222222222222/scanner`);
  });

  it('cannot say that it was proven', async () => {
    const tenantId = await aRegistered(world);
    for (const claim of [{ status: 'trusted' }, { verifiedAtMs: 1 }, { findings: [] }, { tenantId: anId() }]) {
      const answer = await world.post(`/tenants/${tenantId}/roles`, { roleArn: ROLE, ...claim });
      expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'request.fieldNotAllowed' } } });
    }
  });
});
