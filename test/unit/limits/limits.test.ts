import { describe, expect, it } from 'vitest';
import type { Assumption } from '../../../lib/broker/assume-tenant-role.ts';
import { BrokerError } from '../../../lib/errors.ts';
import type { Counters } from '../../../lib/limits/counters.ts';
import { makeLimits, type Workload } from '../../../lib/limits/limits.ts';
import { countingIds } from '../../support/counting-ids.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryCounters } from '../../support/in-memory-counters.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';

const workload = { tenantId: 'acme', requester: { name: 'scans', requestsPerMinute: 600 }, calls: 1 };
const settings = {
  perTenant: { requestsPerMinute: 600, callsPerMinute: 600, concurrentIssuances: 3 },
  stsCallsPerSecond: 10,
};

/** Two functions that share the counters, and every call that they make of them. */
function twoFunctions(limits = settings) {
  const clock = frozenClock(Date.parse('2031-05-06T07:08:00.000Z'));
  const memory = inMemoryCounters();
  const calls: string[] = [];
  const broken = new Set<keyof Counters>();
  let refused = '';
  const counters: Counters = {
    read: (counter) => called('read', counter, () => memory.read(counter)),
    change: (row, change) => called('change', row.counter, () => memory.change(row, change)),
    admit: (row, admission) => called('admit', row.counter, () => memory.admit(row, admission)),
  };
  async function called<Answer>(kind: keyof Counters, counter: string, work: () => Promise<Answer>): Promise<Answer> {
    calls.push(`${kind} ${counter.split('#').slice(0, 2).join('#')}`);
    if (broken.has(kind) || (kind === 'change' && counter === refused)) throw new BrokerError('store.busy', 'broken');
    return work();
  }
  const log = recordedTransitions();
  const make = () => makeLimits({ counters, clock, ids: countingIds(), log }, limits);
  /** This counter can be written no more. */
  const refuse = (counter: string) => {
    refused = counter;
  };
  return { clock, memory, calls, broken, refuse, log, one: make(), other: make() };
}

/** What rates and share say is taken: names of numbers that are not nothing. */
function takenIn({ rows }: ReturnType<typeof inMemoryCounters>): readonly string[] {
  return [...rows]
    .filter(([id]) => !id.startsWith('breaker'))
    .flatMap(([id, { values }]) =>
      Object.entries(values).flatMap(([name, count]) => (count === 0 ? [] : `${id} ${name}`)),
    );
}

const failing = async (): Promise<Assumption> => ({ outcome: 'unavailable', code: 'sts.unavailable' });
const input = { roleArn: '', sessionName: '', externalId: undefined, durationSeconds: 900, policy: '{}' } as const;

describe('a permit', () => {
  it('costs one write a limit and one reading of the breaker, all at the same time', async () => {
    const { one, calls } = twoFunctions();
    await one.acquire(workload);
    expect(calls.sort()).toEqual([
      'change rate#requester',
      'change rate#tenant',
      'change sts#2031-05-06T07:08',
      'read breaker#sts',
    ]);
  });

  it('reads the breaker once a second, not once a message', async () => {
    const { one, calls, clock } = twoFunctions();
    for (let index = 0; index < 5; index += 1)
      await (await one.acquire(workload)).release({ calls: 1, goesBack: false });
    expect(calls.filter((call) => call.startsWith('read'))).toHaveLength(1);
    clock.advance(1_000);
    await Promise.all(['globex', 'initech', 'umbrella'].map((tenantId) => one.acquire({ ...workload, tenantId })));
    expect(calls.filter((call) => call.startsWith('read'))).toHaveLength(2);
  });

  it('writes nothing for the breaker as long as STS answers', async () => {
    const { one, calls } = twoFunctions();
    const assume = one.watching(async () => ({ outcome: 'denied', code: 'sts.denied' }));
    for (let index = 0; index < 50; index += 1) await assume(input);
    expect(calls).toEqual([]);
  });

  it('is one of so many at once, for all functions together, and is free again when it is left', async () => {
    const { one, other, clock } = twoFunctions({ ...settings, stsCallsPerSecond: 600 });
    const permits = [await one.acquire(workload), await other.acquire(workload), await one.acquire(workload)];
    expect(permits.map(({ heldBack }) => heldBack)).toEqual([undefined, undefined, undefined]);
    expect((await other.acquire(workload)).heldBack).toMatchObject({ code: 'tenant.rateLimited' });
    await permits[0]?.release({ calls: 1, goesBack: false });
    clock.advance(1_000);
    expect((await other.acquire(workload)).heldBack).toBeUndefined();
  });

  it('of a function that died is free again with the next minute', async () => {
    const { one, clock } = twoFunctions();
    for (let index = 0; index < 3; index += 1) await one.acquire(workload);
    expect((await one.acquire(workload)).heldBack).toBeDefined();
    clock.advance(60_000);
    expect((await one.acquire(workload)).heldBack).toBeUndefined();
  });

  it('that is not given takes nothing: not of the tenant, the requester, nor of STS', async () => {
    const { one, memory } = twoFunctions({ ...settings, stsCallsPerSecond: 1 });
    await (await one.acquire(workload)).release({ calls: 1, goesBack: false });
    const before = structuredClone([...memory.rows].map(([id, { values }]) => [id, values]));
    expect((await one.acquire(workload)).heldBack).toMatchObject({ code: 'sts.heldBack' });
    expect([...memory.rows].map(([id, { values }]) => [id, values])).toEqual(before);
  });

  it('counts the calls that were made, however many were foreseen', async () => {
    const { one, memory } = twoFunctions();
    await (await one.acquire({ ...workload, calls: 1 })).release({ calls: 7, goesBack: false });
    await (await one.acquire({ ...workload, calls: 5 })).release({ calls: 0, goesBack: false });
    const [rate] = [...memory.rows].filter(([id]) => id.startsWith('rate#tenant')).map(([, { values }]) => values);
    expect(rate).toMatchObject({ calls: 7, requests: 2, inWork: 0 });
    expect(await memory.read('sts#2031-05-06T07:08')).toMatchObject({ calls: 7, calls0: 7 });
  });

  it.each<[string, Partial<Workload>, Partial<Workload>, string]>([
    ['a tenant', { tenantId: 'acme', requester: { name: 'a' } }, { requester: { name: 'b' } }, 'tenant.rateLimited'],
    ['a requester', { tenantId: 'globex' }, { tenantId: 'initech' }, 'requester.rateLimited'],
  ])('that %s has too many of is not asked for again in that second', async (_what, first, second, code) => {
    const { one, clock, calls } = twoFunctions({
      ...settings,
      perTenant: { ...settings.perTenant, requestsPerMinute: 12 },
    });
    const asker = { name: 'scans', requestsPerMinute: 12 };
    expect(one.knownHeldBack({ ...workload, ...first })).toBeUndefined();
    await (await one.acquire({ ...workload, requester: asker, ...first })).release({ calls: 1, goesBack: false });
    expect((await one.acquire({ ...workload, requester: asker, ...second })).heldBack).toMatchObject({ code });
    const asked = calls.length;
    expect(one.knownHeldBack({ ...workload, requester: asker, ...second })).toMatchObject({ code });
    expect(one.knownHeldBack({ tenantId: 'umbrella', requester: { name: 'others' }, calls: 1 })).toBeUndefined();
    expect(one.knownHeldBack({ tenantId: 'umbrella', calls: 1 })).toBeUndefined();
    expect(calls).toHaveLength(asked);
    clock.advance(1_000);
    expect(one.knownHeldBack({ ...workload, requester: asker, ...second })).toBeUndefined();
  });

  it('is given where rates cannot be counted, and the log says so', async () => {
    const { one, broken, log } = twoFunctions();
    broken.add('change');
    const permit = await one.acquire(workload);
    expect(permit.heldBack).toBeUndefined();
    await permit.release({ calls: 1, goesBack: false });
    expect(log.lines).toMatchObject([1, 2, 3].map(() => ({ transition: 'limits.unreadable', code: 'store.busy' })));
  });

  it('is not given where the breaker cannot be read, and nothing is taken', async () => {
    const { one, broken, memory } = twoFunctions();
    broken.add('read');
    await expect(one.acquire(workload)).rejects.toMatchObject({ code: 'store.busy' });
    expect(takenIn(memory)).toEqual([]);
  });

  it('is not given where nobody can tell who tries, and nothing is taken', async () => {
    const { one, memory, clock, refuse } = twoFunctions();
    for (let index = 0; index < 5; index += 1) await one.watching(failing)(input);
    clock.advance(40_000);
    refuse('breaker#sts');
    await expect(one.acquire(workload)).rejects.toMatchObject({ code: 'store.busy' });
    expect(takenIn(memory)).toEqual([]);
  });
});

describe('the breaker', () => {
  it('that one function opened holds the others back too', async () => {
    const { one, other, clock } = twoFunctions();
    await other.acquire(workload);
    for (let index = 0; index < 5; index += 1) await one.watching(failing)(input);
    expect(one.knownHeldBack(workload)).toMatchObject({ code: 'sts.heldBack' });
    clock.advance(1_000);
    expect((await other.acquire(workload)).heldBack).toMatchObject({ code: 'sts.heldBack' });
  });

  it.each([
    ['four failures alone', 4, 0, undefined],
    ['half of ten', 5, 5, undefined],
    ['six of eleven', 6, 5, 'sts.heldBack'],
  ])('with %s', async (_name, failures, answers, code) => {
    const { one } = twoFunctions();
    const answering = async (): Promise<Assumption> => ({ outcome: 'denied', code: 'sts.denied' });
    for (let index = 0; index < answers; index += 1) await one.watching(answering)(input);
    for (let index = 0; index < failures; index += 1) await one.watching(failing)(input);
    expect((await one.acquire(workload)).heldBack?.code).toBe(code);
  });

  it('forgets failures that lie half a minute back', async () => {
    const { one, clock } = twoFunctions();
    for (let index = 0; index < 4; index += 1) await one.watching(failing)(input);
    clock.advance(30_000);
    for (let index = 0; index < 4; index += 1) await one.watching(failing)(input);
    expect((await one.acquire(workload)).heldBack).toBeUndefined();
  });

  it('lets the next one try when a function died trying', async () => {
    const { one, other, clock } = twoFunctions();
    for (let index = 0; index < 5; index += 1) await one.watching(failing)(input);
    clock.advance(40_000);
    expect((await one.acquire(workload)).heldBack).toBeUndefined();
    expect((await other.acquire(workload)).heldBack).toBeDefined();
    clock.advance(15_001);
    expect((await other.acquire(workload)).heldBack).toBeUndefined();
  });

  it('lets the next one try at once when the one that might made no call', async () => {
    const { one, other, clock } = twoFunctions();
    for (let index = 0; index < 5; index += 1) await one.watching(failing)(input);
    clock.advance(40_000);
    // A request that is refused, or one that comes again and finds its issuance there.
    await (await one.acquire(workload)).release({ calls: 0, goesBack: false });
    const permit = await other.acquire(workload);
    expect(permit.heldBack).toBeUndefined();
    expect((await one.acquire({ ...workload, tenantId: 'globex' })).heldBack).toBeDefined();
    await other.watching(async () => ({ outcome: 'denied', code: 'sts.denied' }))(input);
    await permit.release({ calls: 1, goesBack: false });
    expect((await other.acquire({ ...workload, tenantId: 'globex' })).heldBack).toBeUndefined();
  });

  it('is not decided by whoever gave the trying up', async () => {
    const { one, other, clock } = twoFunctions();
    for (let index = 0; index < 5; index += 1) await one.watching(failing)(input);
    clock.advance(40_000);
    await (await one.acquire(workload)).release({ calls: 0, goesBack: false });
    // A call that it made before, and whose answer comes late.
    await one.watching(async () => ({ outcome: 'denied', code: 'sts.denied' }))(input);
    expect((await other.acquire(workload)).heldBack).toBeUndefined();
    expect((await one.acquire({ ...workload, tenantId: 'globex' })).heldBack).toBeDefined();
  });

  it('is decided by whoever tried next, though the one before gives up late and in the same function', async () => {
    const { one, other, clock } = twoFunctions();
    for (let index = 0; index < 5; index += 1) await one.watching(failing)(input);
    clock.advance(40_000);
    const slow = await one.acquire(workload);
    clock.advance(15_001);
    const next = await one.acquire({ ...workload, tenantId: 'globex' });
    expect(next.heldBack).toBeUndefined();
    await slow.release({ calls: 0, goesBack: false });
    await one.watching(async () => ({ outcome: 'denied', code: 'sts.denied' }))(input);
    await next.release({ calls: 1, goesBack: false });
    expect((await other.acquire(workload)).heldBack).toBeUndefined();
  });

  it('does no harm to the call when it cannot be written', async () => {
    const { one, broken } = twoFunctions();
    broken.add('change').add('read');
    for (let index = 0; index < 10; index += 1) {
      expect(await one.watching(failing)(input)).toMatchObject({ outcome: 'unavailable' });
    }
  });
});
