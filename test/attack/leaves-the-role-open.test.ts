import { describe, expect, it } from 'vitest';
import type { Policy } from '../../lib/onboarding/templates/policy-json.ts';
import { policyOf } from '../../lib/onboarding/templates/policy-json.ts';
import { trustFindings } from '../../lib/onboarding/trust/trust-finding.ts';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import { everyPrint } from '../support/every-print.ts';
import { runJobEvent } from '../support/queue-message.ts';
import { aTemplate, BROKER_ACCOUNT, CURRENT_ID } from '../unit/onboarding/templates/a-template.ts';
import { probedCustomer } from '../unit/onboarding/trust/probed-customer.ts';

/** T5: a role that opens without the right external ID makes the broker anybody's deputy; whoever leaves it so gets no issuance. */
const template = aTemplate().trustPolicy;
const open = (Condition: object = {}): Policy =>
  policyOf([
    {
      Sid: 'open',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` },
      Action: 'sts:AssumeRole',
      Condition: { ...Condition },
    },
  ]);
const permissive: readonly (readonly [string, Policy])[] = [
  ['no condition', open()],
  ['any external ID', open({ StringLike: { 'sts:ExternalId': '*' } })],
  ['an external ID if there is one', open({ StringEqualsIfExists: { 'sts:ExternalId': CURRENT_ID } })],
  ['anything of our form', open({ StringLike: { 'sts:ExternalId': 'cb-*' } })],
  ['the template beside an open statement', policyOf([...template.Statement, ...open().Statement])],
];

async function ask(customer: ReturnType<typeof probedCustomer>) {
  const broker = brokerIn({
    ...plainWorld,
    tenants: [{ tenant: customer.world.tenant, roles: [customer.world.role] }],
  });
  await broker.deliver(runJobEvent());
  const refusals = [...broker.ledger.items.values()].map((item) => item['refusal']);
  return { ...broker.calls, refusals };
}

describe.each(permissive)('a role with %s', (_, policy) => {
  it('is never trusted, and never issued for', async () => {
    const customer = probedCustomer();
    customer.trust(policy);
    const { proof } = await customer.verify();
    expect(proof.status).toBe('quarantined');
    expect(proof.findings.some((finding) => trustFindings[finding].severity === 'unsafe')).toBe(true);
    const { assumed, dataKeys, invoked, refusals } = await ask(customer);
    expect([assumed, dataKeys, invoked]).toEqual([[], [], []]);
    expect(refusals).toContainEqual(expect.objectContaining({ reason: 'trust.unsafe' }));
  });

  it('is refused from the first look after it was opened, and issued for again once it is closed', async () => {
    const customer = probedCustomer();
    customer.trust(template);
    await customer.verify();
    expect((await ask(customer)).invoked).toHaveLength(1);
    customer.trust(policy);
    await customer.verify();
    expect((await ask(customer)).assumed).toEqual([]);
    customer.trust(template);
    await customer.verify();
    expect((await ask(customer)).invoked).toHaveLength(1);
  });

  it('shows nobody the sessions that its probes got', async () => {
    const customer = probedCustomer();
    customer.trust(policy);
    const { results } = await customer.verify();
    expect(results.some(({ outcome }) => outcome === 'accepted')).toBe(true);
    const printed = everyPrint([results, [...customer.probes.items.values()]]);
    expect(printed).not.toMatch(/secretAccessKey|sessionToken/i);
    expect(printed).not.toContain(CURRENT_ID);
  });
});
