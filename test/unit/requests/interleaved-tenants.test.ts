import { expect, it } from 'vitest';
import { aTenant, externalIdOf } from '../../support/a-tenant.ts';
import { brokerIn, plainWorld } from '../../support/broker-world.ts';
import { runJobEvent } from '../../support/queue-message.ts';

const EVENTS = 10_000;
const accountOf = new Map([
  ['acme', '222222222222'],
  ['globex', '333333333333'],
]);

it('mixes up nothing between two tenants whose roles have one name, over 10,000 events in one warm process', async () => {
  const tenants = [...accountOf].map(([tenantId, accountId]) => aTenant({ tenantId, accountId }));
  const broker = brokerIn({ ...plainWorld, tenants });
  const askedFor = Array.from({ length: EVENTS }, (_, index) => ((index * 7919) % 13 < 6 ? 'acme' : 'globex'));
  // Some at the same time, as an invocation takes a batch.
  for (let from = 0; from < EVENTS; from += 100) {
    const batch = askedFor.slice(from, from + 100).map((tenantId, index) => {
      const id = `event-${from + index}`;
      return broker.deliver(runJobEvent({ envelope: { id }, detail: { tenantId } }), id);
    });
    await Promise.all(batch);
  }
  const { assumed, invoked } = broker.calls;
  const expected = (tenantId: string) => `${accountOf.get(tenantId)} ${externalIdOf(tenantId)}`;
  const mixedUp = assumed.filter(({ roleArn, sessionName, externalId }) => {
    const issuance = broker.ledger.items.get(sessionName.slice(0, -2));
    return `${roleArn.split(':')[4]} ${externalId}` !== expected(String(issuance?.['tenantId']));
  });
  expect(mixedUp).toEqual([]);
  expect(invoked.filter(({ context }) => context.accountId !== accountOf.get(context.tenantId))).toEqual([]);
  const count = (names: readonly string[]) => names.filter((name) => name === 'acme').length;
  expect(invoked).toHaveLength(EVENTS);
  expect(count(invoked.map(({ context }) => context.tenantId))).toBe(count(askedFor));
});
