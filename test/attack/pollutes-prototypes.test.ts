import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import { plainDetail, runJobEvent } from '../support/queue-message.ts';

/** T38: keys and names that every object has are taken for something that somebody set. */
const inherited = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'length', 'name', 'then'];

/** As it is: `__proto__` is a key here. */
function eventWith(detail: string): string {
  return runJobEvent().replace(JSON.stringify(plainDetail), detail);
}

async function outside(body: string): Promise<{ readonly calls: number; readonly reasons: readonly unknown[] }> {
  const broker = brokerIn(plainWorld);
  await broker.deliver(body);
  const { assumed, dataKeys, invoked } = broker.calls;
  const reasons = [...broker.ledger.items.values()].map((item) => Reflect.get(Object(item['refusal']), 'reason'));
  return { calls: assumed.length + dataKeys.length + invoked.length, reasons };
}

function assertNothingPoisoned(): void {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys({ tenantId: 1, job: 1, polluted: 1, sudo: 1 })), (key) => !(key in {})),
    { numRuns: 4 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(names);
}
const names = Object.getOwnPropertyNames(Object.prototype).sort();

describe('a name that every object has', () => {
  it.each(inherited)('is no tenant, no job, no account, no requester: %s', async (name) => {
    for (const body of [
      runJobEvent({ detail: { tenantId: name } }),
      runJobEvent({ detail: { job: name } }),
      runJobEvent({ detail: { accountIds: [name] } }),
      runJobEvent({ envelope: { source: name } }),
      runJobEvent({ envelope: { account: name } }),
    ]) {
      const { calls } = await outside(body);
      expect(calls).toBe(0);
    }
    assertNothingPoisoned();
  });

  it.each([
    '{"version":1,"job":"scan-account","__proto__":{"tenantId":"acme"}}',
    '{"version":1,"tenantId":"acme","job":"scan-account","__proto__":{"polluted":1}}',
    '{"version":1,"tenantId":"acme","job":"scan-account","constructor":{"prototype":{"polluted":1}}}',
    '{"version":1,"tenantId":"acme","job":"scan-account","input":{"__proto__":{"polluted":1}}}',
    '{"version":1,"tenantId":"acme","job":"scan-account","input":[{"a":{"prototype":{"polluted":1}}}]}',
    '{"version":1,"tenantId":"acme","job":"scan-account","input":{"\\u005f_proto__":{"polluted":1}}}',
    '{"__proto__":{"version":1,"tenantId":"acme","job":"scan-account"}}',
  ])('is refused as a key: %s', async (detail) => {
    const body = eventWith(detail);
    expect(body).toContain(detail);
    expect(await outside(body)).toEqual({ calls: 0, reasons: ['request.fieldNotAllowed'] });
    assertNothingPoisoned();
  });

  it('never gets anything, wherever it stands in an event', async () => {
    const key = fc.constantFrom('__proto__', 'constructor', 'prototype');
    const value = fc.constantFrom<unknown>({ tenantId: 'acme' }, { polluted: 1 }, ['acme'], 'acme', null, {
      prototype: { polluted: 1 },
    });
    const depth = fc.nat(6);
    await fc.assert(
      fc.asyncProperty(
        key,
        value,
        depth,
        fc.constantFrom('input', 'detail', 'accountIds'),
        async (name, inside, levels, where) => {
          const evil = Array.from({ length: levels }).reduce<string>(
            (text) => `{"a":${text}}`,
            `{"${name}":${JSON.stringify(inside)}}`,
          );
          const detail =
            where === 'detail'
              ? `{"version":1,"tenantId":"acme","job":"scan-account",${evil.slice(1)}`
              : `{"version":1,"tenantId":"acme","job":"scan-account","${where}":${evil}}`;
          expect((await outside(eventWith(detail))).calls).toBe(0);
          assertNothingPoisoned();
        },
      ),
      { numRuns: 150 },
    );
  });
});
