import { describe, expect, it } from 'vitest';
import { type AskedFor, admitRequest } from '../../../lib/broker/admit-request.ts';
import { BrokerError } from '../../../lib/errors.ts';
import { type HeldBack, makeLimits, type PermitUse, type Workload } from '../../../lib/limits/limits.ts';
import type { EventOrigin } from '../../../lib/requests/request.ts';
import { BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { brokerIn, plainWorld, type World } from '../../support/broker-world.ts';
import { inMemoryCounters } from '../../support/in-memory-counters.ts';
import { inMemoryLedger } from '../../support/in-memory-ledger.ts';

const heldBack: HeldBack = { code: 'tenant.rateLimited', explanation: 'not now' };
const origin: EventOrigin = {
  kind: 'event',
  account: BROKER_ACCOUNT,
  source: 'com.example.scans',
  eventId: 'event-1',
  timeMs: plainWorld.nowMs,
};
const detail = { version: 1, tenantId: 'acme', job: 'scan-account' } as const;
const [scans] = plainWorld.requesters;

/** A broker that remembers what permits were asked for and how each was released, and may have none to give. */
function world(change: Partial<World> = {}, { heldBack, ledger = inMemoryLedger() }: Means = {}) {
  const { dependencies, log } = brokerIn({ ...plainWorld, ...change });
  const workloads: Workload[] = [];
  const released: PermitUse[] = [];
  const release = async (how: PermitUse) => void released.push(how);
  const acquire = async (asked: Workload) => {
    workloads.push(asked);
    return heldBack === undefined ? { release } : { heldBack, release };
  };
  const plain = dependencies();
  const broker = { ...plain, ledger, limits: { ...plain.limits, acquire } };
  const admit = (asked: Partial<AskedFor> = {}) => admitRequest({ origin, detail, ...asked }, broker);
  return { admit, log, workloads, released, ledger, recorded: () => [...ledger.items.values()] };
}

type Means = { readonly heldBack?: HeldBack; readonly ledger?: ReturnType<typeof inMemoryLedger> };

function accounts(howMany: number): string[] {
  return Array.from({ length: howMany }, (_, index) => String(100_000_000_000 + index));
}

describe('a request that is admitted', () => {
  it.each<[string, object | undefined, Partial<AskedFor>, Partial<World>]>([
    ['one call, where no account is named', { tenantId: 'acme', requester: { name: 'scans' }, calls: 1 }, {}, {}],
    [
      'a call for each account that is named',
      { tenantId: 'acme', requester: { name: 'scans' }, calls: 2 },
      { detail: { ...detail, accountIds: ['222222222222', '444444444444'] } },
      {},
    ],
    [
      'one call, where its accounts are so many that each becomes a message of its own',
      { tenantId: 'acme', requester: { name: 'scans' }, calls: 1 },
      { detail: { ...detail, accountIds: accounts(26) } },
      {},
    ],
    [
      'no more than its requester may have in a minute',
      { tenantId: 'acme', requester: { name: 'scans', requestsPerMinute: 7 }, calls: 1 },
      {},
      { requesters: scans === undefined ? [] : [{ ...scans, limits: { requestsPerMinute: 7 } }] },
    ],
    ['nothing, from a stranger', undefined, { origin: { ...origin, source: 'unknown' } }, {}],
    ['nothing, from who is not bound to it', undefined, { origin: { ...origin, source: 'com.example.logs' } }, {}],
  ])('takes %s', async (_what, permit, asked, change) => {
    const { admit, workloads } = world(change);
    await admit(asked);
    expect(workloads).toEqual(permit === undefined ? [] : [permit]);
  });

  it.each([
    ['a job', {}],
    ['a caller', { delivery: 'caller', caller: 'the caller' } as const],
  ])('is decided and recorded as one for %s, and keeps its permit', async (_what, delivery) => {
    const { admit, released, recorded } = world();
    const admitted = await admit(delivery);
    expect(recorded()).toEqual([admitted?.request]);
    expect(admitted?.request).toMatchObject({ requester: 'scans', decision: 'allowed', ...delivery });
    expect(admitted?.facts).toMatchObject({ detail, requester: scans });
    expect('delivery' in (admitted?.facts ?? {})).toBe('delivery' in delivery);
    expect(released).toEqual([]);
  });
});

describe('a request that finds no permit', () => {
  it('and would be allowed is held back, on no record', async () => {
    const { admit, recorded } = world({}, { heldBack });
    await expect(admit()).rejects.toMatchObject({ code: 'tenant.rateLimited', message: 'not now' });
    expect(recorded()).toEqual([]);
  });

  it('and is refused is recorded all the same', async () => {
    const { admit, recorded } = world({ tenants: [] }, { heldBack });
    expect(await admit()).toMatchObject({ request: { decision: 'refused', refusal: { reason: 'tenant.unknown' } } });
    expect(recorded()).toHaveLength(1);
  });

  it('and was allowed before is held back, though it would be refused today', async () => {
    const { admit, ledger } = world();
    await admit();
    await expect(world({ tenants: [] }, { ledger }).admit()).resolves.toMatchObject({
      request: { decision: 'allowed' },
    });
    await expect(world({ tenants: [] }, { ledger, heldBack }).admit()).rejects.toMatchObject({
      code: 'tenant.rateLimited',
    });
  });
});

describe('the permit of a request', () => {
  it('counts when its id was taken by another payload: nothing comes again', async () => {
    const { admit, released, recorded } = world();
    await admit({ detail: { ...detail, reason: 'one' } });
    expect(await admit({ detail: { ...detail, reason: 'other' } })).toBeUndefined();
    expect(released).toEqual([{ calls: 0, goesBack: false }]);
    expect(recorded()).toMatchObject([{ decision: 'allowed' }, { refusal: { reason: 'request.idConflict' } }]);
  });

  it('is given back when the request cannot be recorded', async () => {
    const ledger = inMemoryLedger();
    const away = new BrokerError('store.unavailable', 'away');
    const { admit, released } = world({}, { ledger: { ...ledger, recordRequest: () => Promise.reject(away) } });
    await expect(admit()).rejects.toBe(away);
    expect(released).toEqual([{ calls: 0, goesBack: true }]);
  });
});

describe('a tenant that names a thousand accounts again and again', () => {
  it('takes nothing of what the others have, not even until it is turned away', async () => {
    const counters = inMemoryCounters();
    const settings = { perTenant: { requestsPerMinute: 60, concurrentIssuances: 5 }, stsCallsPerSecond: 300 };
    const { dependencies, log } = brokerIn(plainWorld);
    // Each is a function of its own, which knows nothing of the others but what they counted.
    const askOne = (eventId: string, asked: AskedFor['detail']) => {
      const plain = dependencies();
      const limits = makeLimits({ counters, clock: plain.clock, ids: plain.ids, log }, settings);
      return admitRequest({ origin: { ...origin, eventId }, detail: asked }, { ...plain, limits });
    };
    const flood = Array.from({ length: 40 }, (_, index) =>
      askOne(`flood-${index}`, { ...detail, accountIds: accounts(1_000) }),
    );
    const other = askOne('other', { ...detail, tenantId: 'globex' });
    const ends = await Promise.allSettled(flood);
    expect(ends.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(30);
    expect(await other).toMatchObject({ request: { tenantId: 'globex', decision: 'allowed' } });
  });
});

describe('a requester that asks for more tenants than it may', () => {
  const wide = scans === undefined ? [] : [{ ...scans, limits: { tenantsPerHour: 1 } }];

  it('is told of by a line of its own, for the alarm, and only then', async () => {
    const { admit, log } = world({ requesters: wide });
    await admit({ detail: { ...detail, tenantId: 'globex' } });
    await admit({
      detail: { ...detail, tenantId: 'nobody' },
      origin: { ...origin, source: 'unknown', eventId: 'event-2' },
    });
    expect(log.lines).toEqual([]);
    const admitted = await admit({ origin: { ...origin, eventId: 'event-3' } });
    const requestId = admitted?.request.recordId;
    expect(log.lines).toEqual([
      { transition: 'requester.breadthExceeded', requestId, requester: 'scans', tenantId: 'acme' },
    ]);
  });
});
