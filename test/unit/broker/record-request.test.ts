import { describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/broker/broker-dependencies.ts';
import { recordMalformed, recordRequest, recordUnlessCounted } from '../../../lib/broker/record-request.ts';
import type { Strangers } from '../../../lib/limits/strangers.ts';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import type { EventOrigin } from '../../../lib/requests/request.ts';
import { BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { aRequest } from '../../support/an-issuance.ts';
import { brokerIn, plainWorld } from '../../support/broker-world.ts';

const { nowMs } = plainWorld;
const [scans] = plainWorld.requesters;
const origin: EventOrigin = {
  kind: 'event',
  account: BROKER_ACCOUNT,
  source: 'com.example.scans',
  eventId: 'event-1',
  timeMs: nowMs,
};
const detail = { version: 1, tenantId: 'acme', job: 'scan-account' } as const;
const refusal = { reason: 'tenant.unknown', explanation: 'no such tenant' } as const;
const asked = { origin, detail, decision: { allowed: false, refusal }, requester: scans } as const;
const malformed = { reason: 'request.malformed', explanation: 'no JSON' } as const;
const message: Message = { messageId: 'message-1', body: 'what it said', receiveCount: 1, remainingMs: () => 30_000 };

/** A broker that remembers which strangers it was asked of, and what it says of them. */
function world(says: 'record' | 'counted' = 'record') {
  const { dependencies, ledger } = brokerIn(plainWorld);
  const noted: object[] = [];
  const strangers: Strangers = {
    async note(stranger) {
      noted.push(stranger);
      return says;
    },
    countedIn: async () => 0,
  };
  return { broker: { ...dependencies(), strangers }, noted, recorded: () => [...ledger.items.values()] };
}

describe('a request that is written down', () => {
  it('says whose it is, what was decided and when', async () => {
    const { broker, noted, recorded } = world('counted');
    const record = await recordRequest(asked, broker);
    expect(record).toMatchObject({ requester: 'scans', decision: 'refused', refusal, recordedAtMs: nowMs });
    expect(recorded()).toEqual([record]);
    expect(noted).toEqual([]);
  });

  it('is what was written first, when it comes again with another decision', async () => {
    const { broker, recorded } = world();
    const first = await recordRequest(asked, broker);
    const again = await recordRequest({ ...asked, decision: { allowed: true, accountIds: [] } }, broker);
    expect(again).toEqual(first);
    expect(recorded()).toHaveLength(1);
  });

  it('is none, when its id was taken by another payload: that is a refusal of its own, once', async () => {
    const { broker, recorded } = world();
    const first = await recordRequest(asked, broker);
    const other = { ...asked, detail: { ...detail, reason: 'other' } };
    expect(await recordRequest(other, broker)).toBeUndefined();
    expect(await recordRequest(other, broker)).toBeUndefined();
    expect(recorded()).toMatchObject([first, { requester: 'scans', refusal: { reason: 'request.idConflict' } }]);
  });
});

describe('a request of a stranger', () => {
  const stranger = { ...asked, origin: { ...origin, source: 'unknown' }, requester: undefined };

  it.each([
    ['is recorded by itself', 'record', 1],
    ['is only counted, where they come in numbers', 'counted', 0],
  ] as const)('%s', async (_what, says, records) => {
    const { broker, recorded } = world(says);
    const record = await recordRequest(stranger, broker);
    expect(record).toMatchObject({ requester: 'unrecognised', decision: 'refused', refusal });
    expect(recorded()).toHaveLength(records);
  });

  it('is counted by where it came from, and as another one with another payload', async () => {
    const { broker, noted } = world();
    const first = await recordRequest(stranger, broker);
    await recordRequest({ ...stranger, detail: { ...detail, reason: 'other' } }, broker);
    const source = { kind: 'event', account: BROKER_ACCOUNT, name: 'unknown' };
    expect(noted).toEqual([
      { source, id: `${first?.recordId} ${first?.payloadSha256}` },
      { source, id: expect.stringMatching(`^${first?.recordId} [0-9a-f]{64}$`) },
    ]);
    expect(noted[0]).not.toEqual(noted[1]);
  });
});

describe('a message that cannot be read', () => {
  const illegible = { read: false, refusal: malformed, claimed: { tenantId: 'acme' } } as const;

  it.each([
    ['its requester, who is known', origin, { requester: 'scans', origin }],
    ['where it came from, which is nobody', { ...origin, source: 'x' }, { requester: 'unrecognised' }],
    ['its message, where nothing else is told', undefined, { origin: { kind: 'message', eventId: 'message-1' } }],
  ])('is refused on record with %s, and is done with', async (_what, from, told) => {
    const { broker, recorded } = world();
    const reading = { ...illegible, ...(from === undefined ? {} : { origin: from }) };
    expect(await recordMalformed(reading, message, broker)).toBe('settled');
    const record = { decision: 'refused', refusal: malformed, tenantId: 'acme', recordedAtMs: nowMs };
    expect(recorded()).toMatchObject([{ ...record, payloadSha256: sha256Hex('what it said'), ...told }]);
  });

  it.each([
    ['always, of whom we know', 'scans', 'counted', 1],
    ['as far as strangers are recorded', 'unrecognised', 'record', 1],
    ['not, where strangers come in numbers', 'unrecognised', 'counted', 0],
  ] as const)('is recorded %s', async (_what, requester, says, records) => {
    const { broker, recorded } = world(says);
    await recordUnlessCounted(aRequest('one', { requester }), origin, broker);
    expect(recorded()).toHaveLength(records);
  });
});
