import { describe, expect, it } from 'vitest';
import type { Requester } from '../../lib/requests/requester.ts';
import { aTenant } from '../support/a-tenant.ts';
import { brokerIn, plainWorld, type World } from '../support/broker-world.ts';
import { plainDetail, runJobEvent } from '../support/queue-message.ts';

/** T1: whoever may ask for a tenant of its own asks for somebody else's, or says that it is somebody else. */
const names = ['acme', 'globex', 'initech', 'umbrella', 'hooli', 'oceanic'];
const accountOf = (index: number) => String(200_000_000_000 + index);
const requesters: readonly Requester[] = names.map((name, index) => ({
  name: `${name}-service`,
  recognisedBy: { event: { source: `com.${name}`, account: accountOf(index) } },
  jobs: ['scan-account'],
  tenants: [name],
}));
const world: World = {
  ...plainWorld,
  requesters,
  tenants: names.map((tenantId, index) => aTenant({ tenantId, accountId: String(300_000_000_000 + index) })),
};
const pairs = names.flatMap((_, asking) => names.map((tenantId, asked) => ({ asking, asked, tenantId })));

function eventOf(asking: number, detail: object, envelope: object = {}): string {
  return runJobEvent({
    envelope: { account: accountOf(asking), source: `com.${names[asking]}`, ...envelope },
    detail: { ...detail },
  });
}

/** What reached the outside, and what is on record. */
async function deliver(body: string) {
  const broker = brokerIn(world);
  expect(await broker.deliver(body)).toBe('settled');
  const { assumed, dataKeys, invoked, queued } = broker.calls;
  const records = [...broker.ledger.items.values()];
  return { outside: assumed.length + dataKeys.length + invoked.length + queued.length, assumed, records };
}

describe('a requester that names a tenant', () => {
  it('gets it only on the diagonal, of six requesters and six tenants', async () => {
    const issued: string[] = [];
    for (const { asking, asked, tenantId } of pairs) {
      const { outside, assumed, records } = await deliver(eventOf(asking, { tenantId }));
      if (outside > 0) issued.push(`${asking} ${asked} ${assumed[0]?.roleArn.split(':')[4]}`);
      else {
        expect(records).toMatchObject([
          {
            decision: 'refused',
            refusal: { reason: 'requester.notAllowed' },
            origin: { account: accountOf(asking) },
            tenantId,
          },
        ]);
      }
    }
    expect(issued).toEqual(names.map((_, index) => `${index} ${index} ${300_000_000_000 + index}`));
  });

  it.each<[string, object, object]>([
    ['its account, with the source of the tenant’s own', {}, { source: 'com.globex' }],
    ['its source, from the account of the tenant’s own', {}, { account: accountOf(1) }],
    ['accounts of the other tenant', { tenantId: 'acme', accountIds: ['300000000001'] }, {}],
    ['an account of the other beside its own', { tenantId: 'acme', accountIds: ['300000000000', '300000000001'] }, {}],
  ])('is never let into the other’s account: %s', async (_, detail, envelope) => {
    const { assumed } = await deliver(eventOf(0, { tenantId: 'globex', ...detail }, envelope));
    expect(assumed.filter(({ roleArn }) => roleArn.includes('300000000001'))).toEqual([]);
  });

  it.each<[string, object]>([
    ['source', { source: 'com.globex' }],
    ['account', { account: accountOf(1) }],
    ['requester', { requester: 'globex-service' }],
    ['origin', { origin: { kind: 'event', account: accountOf(1), source: 'com.globex' } }],
    ['principalArn', { principalArn: 'arn:aws:iam::200000000001:root' }],
    ['replay-name', { 'replay-name': 'x' }],
  ])('cannot say in its detail who it is: %s', async (_, said) => {
    const { outside, records } = await deliver(eventOf(0, { tenantId: 'globex', ...said }));
    expect(outside).toBe(0);
    expect(records).toMatchObject([{ decision: 'refused', origin: { account: accountOf(0) } }]);
  });

  it.each<[string, object]>([
    [
      'an on-demand request',
      {
        brokerRecord: 'onDemand',
        origin: { kind: 'invoke', alias: 'globex-service', requestId: 'r', timeMs: 1 },
        detail: { ...plainDetail, tenantId: 'globex' },
      },
    ],
    [
      'one account of a request',
      { brokerRecord: 'account', requestId: `req_${'a'.repeat(32)}`, accountId: '300000000001' },
    ],
    [
      'a continuation',
      { brokerRecord: 'continue', issuanceId: `scan-account.${'a'.repeat(32)}`, trailHead: '0'.repeat(64) },
    ],
  ])('cannot put a record of the broker’s own into an event: %s', async (_, record) => {
    const { outside: inDetail } = await deliver(eventOf(0, record));
    const { outside: beside } = await deliver(eventOf(0, { tenantId: 'globex' }, record));
    expect([inDetail, beside]).toEqual([0, 0]);
  });
});
