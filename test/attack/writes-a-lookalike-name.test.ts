import { describe, expect, it } from 'vitest';
import { aTenant } from '../support/a-tenant.ts';
import { brokerIn, plainWorld, type World } from '../support/broker-world.ts';
import { runJobEvent } from '../support/queue-message.ts';

/** T7: a tenant id that looks like another, or that two readers of the same event read differently. */
const world: World = {
  ...plainWorld,
  tenants: [aTenant(), aTenant({ tenantId: 'globex', accountId: '333333333333' })],
};

async function deliver(body: string) {
  const broker = brokerIn(world);
  expect(await broker.deliver(body)).toBe('settled');
  const { assumed, invoked, dataKeys, registry } = broker.calls;
  return {
    calls: assumed.length + invoked.length + dataKeys.length,
    registry,
    records: [...broker.ledger.items.values()],
  };
}

const lookalikes: readonly (readonly [name: string, tenantId: unknown])[] = [
  ['capital', 'Acme'],
  ['capitals', 'ACME'],
  ['Cyrillic а', '\u0430cme'],
  ['Cyrillic с', 'a\u0441me'],
  ['Greek ο in globex', 'gl\u03bfbex'],
  ['full width', '\uff41\uff43\uff4d\uff45'],
  ['small capital', 'a\u1d04me'],
  ['combining accent, composed', 'acm\u00e9'],
  ['combining accent, apart', 'acme\u0301'],
  ['zero-width joiner', 'ac\u200dme'],
  ['zero-width space', 'acme\u200b'],
  ['soft hyphen', 'ac\u00adme'],
  ['right-to-left mark', '\u200facme'],
  ['byte order mark', '\ufeffacme'],
  ['turned e', 'acm\u01dd'],
  ['Kelvin sign', '\u212aacme'],
  ['long s', 'acme\u017f'],
  ['mathematical letters', '\u{1d41a}cme'],
  ['space before', ' acme'],
  ['space after', 'acme '],
  ['line break', 'acme\n'],
  ['null byte', 'acme\u0000'],
  ['dot', 'acme.'],
  ['slash', 'acme/'],
  ['dots', '../acme'],
  ['percent', '%61cme'],
  ['hash', 'acme#role'],
  ['hyphen after', 'acme-'],
  ['list', ['acme']],
  ['object', { toString: 'acme' }],
  ['number', 0],
  ['null', null],
];
const beside = [
  'TenantId',
  'TENANTID',
  'tenantid',
  'tenant_id',
  'tenantID',
  'tenantId ',
  'ten\u0430ntId',
  'tenantId\u0000',
  'detail',
];

describe('a tenant id that is not written exactly', () => {
  it.each(lookalikes)('reaches no tenant: %s', async (_, tenantId) => {
    const { calls, registry, records } = await deliver(runJobEvent({ detail: { tenantId } }));
    expect({ calls, registry }).toEqual({ calls: 0, registry: [] });
    expect(records).toMatchObject([
      {
        decision: 'refused',
        refusal: { reason: expect.stringMatching(/^(tenant\.idInvalid|request\.fieldInvalid)$/) },
      },
    ]);
  });
});

describe('an event that names its tenant twice', () => {
  it.each(beside)('is refused: tenantId and %j', async (key) => {
    for (const detail of [{ [key]: 'globex' }, { [key]: 'acme' }]) {
      const { calls, records } = await deliver(runJobEvent({ detail }));
      expect(calls).toBe(0);
      expect(records).toMatchObject([{ refusal: { reason: 'request.fieldNotAllowed' } }]);
    }
  });

  it('by one key twice is decided by the value that is on record, whole, and by no mixture', async () => {
    const body = runJobEvent().replace('"tenantId":"acme"', '"tenantId":"globex","tenantId":"acme"');
    expect(body).toContain('globex');
    const broker = brokerIn(world);
    await broker.deliver(body);
    const accounts = broker.calls.assumed.map(({ roleArn }) => roleArn.split(':')[4]);
    const named = new Set([...broker.ledger.items.values()].map((item) => item['tenantId']));
    expect([accounts, named]).toEqual([['222222222222'], new Set(['acme'])]);
    expect(new Set(broker.calls.registry)).toEqual(new Set(['acme']));
  });
});
