import type { PutEventsCommand, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { makePutRequests, type PutRequestsDependencies } from '../../../lib/scheduling/put-requests.ts';
import { countingIds } from '../../support/counting-ids.ts';

type Answer = (entries: readonly PutEventsRequestEntry[], call: number) => unknown;

const requests = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    source: 'credential-broker.schedule.nightly',
    detail: { version: 1 as const, tenantId: `tenant-${index}`, job: 'scan-account' },
  }));

const taken: Answer = (entries) => ({ FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: 'x' })) });

function aBus(answer: Answer) {
  const calls: (readonly PutEventsRequestEntry[])[] = [];
  const pauses: number[] = [];
  const send = async (command: PutEventsCommand) => {
    calls.push(command.input.Entries ?? []);
    return answer(command.input.Entries ?? [], calls.length);
  };
  const put = makePutRequests({
    events: { send: send as unknown as PutRequestsDependencies['events']['send'] },
    ids: countingIds(),
    sleep: async (durationMs) => {
      pauses.push(durationMs);
    },
    config: { busName: 'test-bus' },
  });
  return {
    calls,
    pauses,
    put: (count: number, remainingMs = 60_000) => put(requests(count), { remainingMs: () => remainingMs }),
  };
}

const tenantsOf = (entries: readonly PutEventsRequestEntry[]) =>
  entries.map(({ Detail = '{}' }) => JSON.parse(Detail).tenantId);

describe('putting requests on the bus', () => {
  it('takes ten a call', async () => {
    const bus = aBus(taken);
    await bus.put(34);
    expect(bus.calls.map(({ length }) => length)).toEqual([10, 10, 10, 4]);
    expect(bus.calls.flatMap(tenantsOf)).toEqual(requests(34).map(({ detail }) => detail.tenantId));
    expect(bus.calls[0]?.[0]).toEqual({
      EventBusName: 'test-bus',
      Source: 'credential-broker.schedule.nightly',
      DetailType: 'RunJob',
      Detail: '{"version":1,"tenantId":"tenant-0","job":"scan-account"}',
    });
    expect(bus.pauses).toEqual([]);
  });

  it('calls nobody for nothing', async () => {
    const bus = aBus(taken);
    await bus.put(0);
    expect(bus.calls).toEqual([]);
  });

  it('puts again those alone that were not taken, after pauses that differ', async () => {
    const bus = aBus((entries, call) => {
      const isTaken = (index: number) => call > 2 || index % 2 === 0;
      const Entries = entries.map((_, index) =>
        isTaken(index) ? { EventId: 'x' } : { ErrorCode: 'ThrottlingException' },
      );
      return { FailedEntryCount: Entries.filter((one) => 'ErrorCode' in one).length, Entries };
    });
    await bus.put(10);
    expect(bus.calls.map(tenantsOf)).toEqual([
      expect.objectContaining({ length: 10 }),
      ['tenant-1', 'tenant-3', 'tenant-5', 'tenant-7', 'tenant-9'],
      ['tenant-3', 'tenant-7'],
    ]);
    expect(new Set(bus.pauses).size).toBe(2);
  });

  it('puts all of a call again whose answer never came', async () => {
    const bus = aBus((entries, call) => {
      if (call === 1) throw Object.assign(new Error('slow'), { name: 'TimeoutError' });
      return taken(entries, call);
    });
    await bus.put(10);
    expect(bus.calls.map(({ length }) => length)).toEqual([10, 10]);
  });

  it.each<[string, Answer]>([
    [
      'a count that is wrong',
      (entries) => ({ FailedEntryCount: 0, Entries: entries.slice(1).map(() => ({ EventId: 'x' })) }),
    ],
    ['no entries', () => ({ FailedEntryCount: 0 })],
  ])('does not take an answer with %s for a yes', async (_, answer) => {
    const bus = aBus((entries, call) => (call === 1 ? answer(entries, call) : taken(entries, call)));
    await bus.put(10);
    expect(bus.calls.length).toBe(2);
  });

  it('gives up after some attempts, and says why', async () => {
    const refusal = { ErrorCode: 'InternalFailure' };
    const bus = aBus((entries) => ({ FailedEntryCount: entries.length, Entries: entries.map(() => refusal) }));
    await expect(bus.put(10)).rejects.toMatchObject({
      code: 'store.unavailable',
      message: 'the bus did not take 10 requests: InternalFailure',
    });
    expect(bus.calls).toHaveLength(8);
    expect(Math.max(...bus.pauses)).toBeLessThanOrEqual(5_000);
  });

  it('begins no pause when the time is over', async () => {
    const bus = aBus(() => {
      throw new Error('away');
    });
    await expect(bus.put(10, 5_000)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(bus.calls).toHaveLength(1);
  });
});
