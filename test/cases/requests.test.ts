import { describe, expect, it } from 'vitest';
import { bannedIn, longValuesIn } from '../support/banned-values.ts';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import { healed } from '../support/healed-world.ts';
import { runJobEvent } from '../support/queue-message.ts';
import type { RequestCase } from './request-case.ts';
import { wrongFields, wrongKeys, wrongTenants, wrongVersions } from './request-fields.cases.ts';
import { malformed, tooLarge } from './request-messages.cases.ts';
import { inOrder, type Reason, refusedAccounts, refusedRequests, six, unbound, worldOfSix } from './requests.cases.ts';

const illegible = [...malformed, ...tooLarge, ...wrongKeys, ...wrongFields, ...wrongVersions, ...wrongTenants];
const nothingCalled = {
  registry: [],
  switches: [],
  assumed: [],
  denialsNoted: [],
  probesMade: [],
  dataKeys: [],
  invoked: [],
  queued: [],
};

/** Delivers the message of a case and gives what is on record of it. */
async function deliver({ body, world = {} }: Pick<RequestCase, 'body' | 'world'>) {
  const broker = brokerIn({ ...plainWorld, ...world });
  const result = await broker.deliver(body);
  const records = [...broker.ledger.items.values()];
  return { broker, result, records };
}

describe('a message that cannot be read', () => {
  it.each(illegible)('is refused on record and looks nothing up: $name', async ({ body, code, says }) => {
    const { broker, result, records } = await deliver({ body });
    expect(result).toBe('settled');
    expect(records).toMatchObject([{ recordType: 'request', decision: 'refused', refusal: { reason: code } }]);
    expect(records[0]).toHaveProperty('refusal.explanation', expect.stringContaining(says));
    expect(broker.calls).toEqual(nothingCalled);
    await staysRefused(broker, body);
  });
});

describe('a request of someone who is not bound', () => {
  it.each(unbound)('is refused before anything is read: $name', async ({ body, code, says }) => {
    const { broker, result, records } = await deliver({ body });
    expect(result).toBe('settled');
    expect(records).toMatchObject([{ decision: 'refused', refusal: { reason: code } }]);
    expect(records[0]).toHaveProperty('refusal.explanation', expect.stringContaining(says));
    expect(broker.calls).toEqual(nothingCalled);
    await staysRefused(broker, body);
  });

  it('reads the same whether the tenant exists or not', async () => {
    const source = { source: 'com.example.logs' };
    const known = await deliver({ body: runJobEvent({ envelope: source }) });
    const unknown = await deliver({ body: runJobEvent({ envelope: source, detail: { tenantId: 'nobody' } }) });
    expect(known.records[0]?.['refusal']).toEqual(unknown.records[0]?.['refusal']);
  });
});

describe('a request that what holds now forbids', () => {
  it.each(refusedRequests)('is refused after one reading of each: $name', async ({ body, world, code, says }) => {
    const { broker, result, records } = await deliver({ body, ...(world && { world }) });
    expect(result).toBe('settled');
    expect(records).toMatchObject([{ decision: 'refused', refusal: { reason: code } }]);
    expect(records[0]).toHaveProperty('refusal.explanation', expect.stringContaining(says));
    expect(broker.calls).toMatchObject({ registry: [expect.any(String)], switches: [expect.any(String)] });
    expect(broker.calls).toMatchObject({ assumed: [], dataKeys: [], invoked: [], queued: [] });
    await staysRefused(broker, body);
  });

  it.each(refusedAccounts)(
    'leaves the account an issuance that says so: $name',
    async ({ body, world, code, says }) => {
      const { broker, result, records } = await deliver({ body, ...(world && { world }) });
      expect(result).toBe('settled');
      expect(records).toMatchObject([
        { recordType: 'request', decision: 'allowed' },
        { recordType: 'issuance', state: 'refused', refusal: { reason: code }, attempts: [] },
      ]);
      expect(records[1]).toHaveProperty('refusal.explanation', expect.stringContaining(says));
      expect(broker.calls).toMatchObject({ assumed: [], dataKeys: [], invoked: [], queued: [] });
      await staysRefused(broker, body);
    },
  );

  it.each([...unbound, ...refusedRequests, ...refusedAccounts])(
    'would issue once the reason is gone: $name',
    async ({ body, code }) => {
      const broker = brokerIn(healed(body));
      await broker.deliver(body);
      // A replay, and a request that came through too many jobs, stay what they are.
      const stays = code === 'request.replayed' || code === 'request.hopLimit';
      expect(broker.calls.invoked).toHaveLength(stays ? 0 : 1);
    },
  );
});

describe('what a refusal says', () => {
  const all = [...illegible, ...unbound, ...refusedRequests, ...refusedAccounts];
  it.each(all)('holds no long value, no external ID and no stack: $name', async ({ body, world }) => {
    const { broker, records } = await deliver({ body, ...(world && { world }) });
    const said = JSON.stringify([records.map((record) => record['refusal']), broker.log.lines]);
    expect(bannedIn(said)).toEqual([]);
    expect(longValuesIn(body).filter((value) => said.includes(value))).toEqual([]);
  });

  const pairs = inOrder.flatMap((first, index) => inOrder.slice(index + 1).map((second) => ({ first, second })));
  it.each(pairs)('names $first.code rather than $second.code', async ({ first, second }) => {
    const { records } = await deliver(both(first, second));
    expect(records).toMatchObject([{ refusal: { reason: first.code } }]);
  });
});

describe('a store that cannot be read', () => {
  it.each(['tenants', 'switches', 'ledger'] as const)('sends the message back and calls nobody: %s', async (store) => {
    const { broker, result, records } = await deliver({ body: runJobEvent(), world: { unreadable: [store] } });
    expect(result).toBe('again');
    expect(records).toEqual([]);
    expect(broker.calls).toMatchObject({ assumed: [], dataKeys: [], invoked: [], queued: [] });
    broker.become(plainWorld);
    expect(await broker.deliver(runJobEvent())).toBe('settled');
    expect(broker.calls.invoked).toHaveLength(1);
  });
});

describe('six requesters and six tenants', () => {
  const pairs = six.flatMap((requester) => six.map((tenant) => ({ requester, tenant })));
  it.each(pairs)('$requester.source asks for $tenant.tenantId', async ({ requester, tenant }) => {
    const { account, source } = requester;
    const body = runJobEvent({ envelope: { account, source }, detail: { tenantId: tenant.tenantId } });
    const { broker, records } = await deliver({ body, world: worldOfSix });
    if (requester === tenant) {
      expect(broker.calls.assumed).toMatchObject([{ roleArn: expect.stringContaining(tenant.tenantAccount) }]);
      expect(broker.calls.invoked).toMatchObject([{ context: { tenantId: tenant.tenantId } }]);
      return;
    }
    expect(records).toMatchObject([{ refusal: { reason: 'requester.notAllowed' }, origin: { account } }]);
    expect(broker.calls).toEqual(nothingCalled);
  });
});

/** The same message, after what was against it has gone: what is on record holds. */
async function staysRefused(broker: ReturnType<typeof brokerIn>, body: string): Promise<void> {
  const before = [...broker.ledger.items];
  broker.become(healed(body));
  expect(await broker.deliver(body)).toBe('settled');
  expect(broker.calls).toMatchObject({ assumed: [], dataKeys: [], invoked: [], queued: [] });
  expect([...broker.ledger.items]).toEqual(before);
}

function both(first: Reason, second: Reason): Pick<RequestCase, 'body' | 'world'> {
  const envelope = { ...second.envelope, ...first.envelope };
  const detail = { ...second.detail, ...first.detail };
  return { body: runJobEvent({ envelope, detail }), world: { ...second.world, ...first.world } };
}
