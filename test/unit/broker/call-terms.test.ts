import { describe, expect, it } from 'vitest';
import { callTermsOf, withOtherExternalId } from '../../../lib/broker/call-terms.ts';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { issuanceIdOf } from '../../../lib/ledger/issuance.ts';
import type { AllowedAccount } from '../../../lib/requests/decide-account.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { brokerIn, plainWorld, type World } from '../../support/broker-world.ts';
import { rotating } from '../../support/faulty-world/rotation.ts';
import { faultyWorld } from '../../support/faulty-world/world.ts';
import { runJobEvent } from '../../support/queue-message.ts';

/** The issuance and what STS was asked for, in a world that differs in this. */
async function issueIn(change: Partial<World>) {
  const broker = brokerIn({ ...plainWorld, ...change });
  await broker.deliver(runJobEvent());
  const issuance = [...broker.ledger.items.values()].find(({ recordType }) => recordType === 'issuance');
  return { issuance, ...broker.calls };
}

const account: AllowedAccount = {
  allowed: true,
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  externalId: 'the-one',
  capabilities: { sessionTags: true, sourceIdentity: false },
  settings: {},
  tenantVersion: 3,
  roleVersion: 2,
};

describe('the external ID of a call', () => {
  it.each([
    ['no slot, where there are no external IDs', {}, { sessionTags: true, sourceIdentity: false }],
    [
      'the slot that was used',
      { externalIdSlot: 'next' as const },
      { externalId: 'next', sessionTags: true, sourceIdentity: false },
    ],
  ])('is told on record by %s', (_, change, terms) => {
    expect(callTermsOf({ ...account, ...change })).toStrictEqual(terms);
  });

  it.each([
    ['current', 'next'],
    ['next', 'current'],
  ] as const)('is after %s the other one, once', (externalIdSlot, otherSlot) => {
    const other = withOtherExternalId({ ...account, externalIdSlot, otherExternalId: 'the-other' });
    expect(other).toStrictEqual({ ...account, externalId: 'the-other', externalIdSlot: otherSlot });
    expect(other && withOtherExternalId(other)).toBeUndefined();
  });

  it('has no other one outside a rotation', () => {
    expect(withOtherExternalId({ ...account, externalIdSlot: 'current' })).toBeUndefined();
  });
});

describe('a session is marked', () => {
  const flags = [true, false];
  const cases = flags.flatMap((sessionTags) => flags.map((sourceIdentity) => ({ sessionTags, sourceIdentity })));

  it.each(cases)('exactly where the role was proven to allow it: %o', async (capabilities) => {
    const { sessionTags, sourceIdentity } = capabilities;
    const { assumed, issuance } = await issueIn({ tenants: [aTenant({ roles: [aRole({ capabilities })] })] });
    const [call] = assumed;
    const tags = { TenantId: 'acme', Job: 'scan-account', IssuanceId: issuance?.recordId };
    expect(call?.tags).toEqual(sessionTags ? tags : undefined);
    expect(call?.sourceIdentity).toBe(sourceIdentity ? issuance?.recordId : undefined);
    expect(issuance).toMatchObject({ trail: [{ type: 'intended', sessionTags, sourceIdentity }, {}] });
  });

  it('not at all where nothing was proven', async () => {
    const { assumed, issuance } = await issueIn({ tenants: [aTenant({ roles: [aRole()] })] });
    expect(assumed).toHaveLength(1);
    for (const name of ['tags', 'sourceIdentity']) expect(assumed[0]).not.toHaveProperty(name);
    expect(issuance).toMatchObject({ trail: [{ sessionTags: false, sourceIdentity: false }, {}] });
  });

  it('the same in the call with the other external ID', async () => {
    const capabilities = { sessionTags: true, sourceIdentity: true };
    const tenants = [rotating(aTenant({ roles: [aRole({ capabilities })] }))];
    const first = tenants[0]?.tenant.externalIds?.current;
    const { assumed } = await issueIn({ tenants, stsDenies: ({ externalId }) => externalId === first });
    expect(assumed).toHaveLength(2);
    expect(assumed[1]?.tags).toEqual(assumed[0]?.tags);
    expect(assumed[1]).toMatchObject({
      sourceIdentity: assumed[0]?.sourceIdentity,
      sessionName: assumed[0]?.sessionName,
    });
  });

  it.each([...jobCatalogue.keys()])('by an issuance id that STS takes as a source identity: of %s', (job) => {
    const issuanceId = issuanceIdOf({ requestId: 'req_1', job, accountId: '222222222222' });
    expect(issuanceId).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});

describe('a dedicated deployment', () => {
  const dedicated = { mode: 'dedicated' } as const;

  it.each([
    ['has none', aTenant({ tenant: { externalIds: undefined } })],
    ['has some from before', rotating(aTenant())],
  ])('sends no external ID, always a policy, and says so on record: the tenant %s', async (_, reading) => {
    const { assumed, issuance, invoked } = await issueIn({ ...dedicated, tenants: [reading] });
    expect(assumed).toMatchObject([{ externalId: undefined, policy: expect.stringContaining('"Statement"') }]);
    expect(issuance).toMatchObject({ state: 'issued' });
    expect(JSON.stringify(issuance)).not.toContain('"externalId"');
    expect(invoked).toHaveLength(1);
  });

  it('has no other external ID to answer a denial with', async () => {
    const { assumed, issuance, denialsNoted } = await issueIn({
      ...dedicated,
      tenants: [rotating(aTenant())],
      stsDenies: () => true,
    });
    expect(assumed).toHaveLength(1);
    expect(issuance).toMatchObject({ state: 'denied', code: 'sts.denied' });
    expect(denialsNoted).toMatchObject([{ tenantId: 'acme', accountId: '222222222222' }]);
  });
});

describe('the whole protocol in a dedicated deployment', () => {
  it('issues, hands over and ends as in any other, without an external ID on the wire', async () => {
    const capabilities = { sessionTags: true, sourceIdentity: true };
    const roles = [aRole({ capabilities })];
    const world = await faultyWorld({
      mode: 'dedicated',
      tenants: [aTenant({ roles, tenant: { externalIds: undefined } })],
    });
    world.sts.trusts = ({ ExternalId }) => ExternalId === undefined;
    world.faults.breakAt('sts.assume', 'throttle');
    world.ask();
    await world.drain();
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed' });
    expect(world.sts.asked).toHaveLength(2);
    for (const asked of world.sts.asked) {
      expect(asked).not.toHaveProperty('ExternalId');
      expect(asked).toMatchObject({
        Policy: expect.stringContaining('"Statement"'),
        SourceIdentity: expect.any(String),
      });
    }
    expect(await world.violations()).toEqual([]);
  });
});
