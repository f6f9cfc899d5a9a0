import { describe, expect, it } from 'vitest';
import { lookUp, lookUpInputOf } from '../../../lib/broker/look-up.ts';
import { scanAccountJob } from '../../../lib/jobs/scan-account.job.ts';
import type { EventOrigin } from '../../../lib/requests/request.ts';
import type { Requester } from '../../../lib/requests/requester.ts';
import { aRequest } from '../../support/an-issuance.ts';
import { brokerIn, plainWorld, type World } from '../../support/broker-world.ts';

const [bound] = plainWorld.requesters;
const stranger: Requester = { name: 'x', recognisedBy: { event: { source: 'x' } }, jobs: [], tenants: 'all' };
const detail = { version: 1, tenantId: 'acme', job: 'scan-account', accountIds: ['222222222222'] } as const;
const { nowMs } = plainWorld;
const origin: EventOrigin = { kind: 'event', account: '1', source: 's', eventId: 'e', timeMs: nowMs };
const replayed: EventOrigin = { ...origin, replayName: 'again' };
const replay = { sinceMs: nowMs - 1, untilMs: nowMs + 1, by: 'a', reason: 'r' };
const off = { switchId: 'global', sinceMs: 1, by: 'a', reason: 'r' };

function worldWith(change: Partial<World>, isWithin = true) {
  const world = brokerIn({ ...plainWorld, ...change });
  const counted: object[] = [];
  const plain = world.dependencies();
  const isWithinBreadth = async (asked: object) => {
    counted.push(asked);
    return isWithin;
  };
  return { calls: world.calls, counted, broker: { ...plain, limits: { ...plain.limits, isWithinBreadth } } };
}

describe('what a decision goes by', () => {
  it.each([
    ['nobody whom we know', undefined],
    ['one who is not bound to the job', stranger],
  ])('costs no reading for %s', async (_, requester) => {
    const { broker, calls, counted } = worldWith({});
    const facts = await lookUp({ detail, requester, origin }, broker);
    expect(facts).toStrictEqual({ detail, requester, job: scanAccountJob, reading: undefined, switchedOff: [] });
    expect([...calls.registry, ...calls.switches, ...counted]).toEqual([]);
  });

  it('is the tenant with the accounts that are named, and the switches', async () => {
    const { broker, calls } = worldWith({ switchedOff: [off] });
    const facts = await lookUp({ detail, requester: bound, origin, delivery: 'caller' }, broker);
    const [reading] = plainWorld.tenants;
    const asked = { detail, requester: bound, job: scanAccountJob, delivery: 'caller' };
    expect(facts).toStrictEqual({ ...asked, reading, switchedOff: [off] });
    expect(calls).toMatchObject({ registry: ['acme'], switches: ['scan-account acme'] });
  });

  it.each([
    ['the window of replays for an event that is replayed', replayed, { replay }, ' replay', { replay }],
    ['no window where there is none', replayed, {}, ' replay', {}],
    ['no window for an event that comes for the first time', origin, { replay }, '', {}],
    ['no window for a request that is on record', undefined, { replay }, '', {}],
  ])('has %s', async (_, from, window, read, told) => {
    const { broker, calls } = worldWith(window);
    const facts = await lookUp({ detail, requester: bound, ...(from === undefined ? {} : { origin: from }) }, broker);
    expect(calls.switches).toEqual([`scan-account acme${read}`]);
    expect('replay' in facts ? { replay: facts.replay } : {}).toEqual(told);
  });

  const limited: Requester = { ...stranger, jobs: 'all', limits: { tenantsPerHour: 2 } };
  it.each([
    ['is counted for a request that comes in', limited, origin, true, 1, {}],
    ['says what was exceeded', limited, origin, false, 1, { breadthExceeded: 2 }],
    ['is not counted again for a request on record', limited, undefined, false, 0, {}],
    ['is not counted without a limit', { ...limited, limits: {} }, origin, false, 0, {}],
  ])('%s: how many tenants a requester names', async (_, requester, from, isWithin, times, told) => {
    const { broker, counted } = worldWith({}, isWithin);
    const asked = { detail, requester, arrivedAtMs: 7, ...(from === undefined ? {} : { origin: from }) };
    const facts = await lookUp(asked, broker);
    const count = { requester: 'x', tenantId: 'acme', limit: 2, arrivedAtMs: 7 };
    expect(counted).toEqual(Array.from({ length: times }, () => count));
    expect('breadthExceeded' in facts ? { breadthExceeded: facts.breadthExceeded } : {}).toEqual(told);
  });

  it.each([
    ['a job', {}, {}],
    ['a caller', { delivery: 'caller' as const }, { delivery: 'caller' }],
  ])('of a request on record, for %s, is what it asked for', (_, change, told) => {
    const { broker } = worldWith({});
    const asked = lookUpInputOf(aRequest('one', { requester: 'logs', ...change }), ['222222222222'], broker);
    expect(asked).toStrictEqual({ detail, requester: plainWorld.requesters[1], ...told });
  });
});
