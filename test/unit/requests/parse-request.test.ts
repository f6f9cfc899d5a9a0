import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { isErrorCode } from '../../../lib/errors.ts';
import { brokerRecordBody } from '../../../lib/requests/broker-record.ts';
import { parseQueueMessage } from '../../../lib/requests/parse-request.ts';
import { bannedIn, longValuesIn } from '../../support/banned-values.ts';
import { runJobEvent } from '../../support/queue-message.ts';

const known = ['version', 'tenantId', 'job', 'accountIds', 'reason', 'input', 'idempotencyKey', 'rerunOf', 'hops'];
const key = fc.oneof(fc.constantFrom(...known, '__proto__', 'constructor', 'TENANTID'), fc.string({ unit: 'binary' }));
const leaf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(1, 0, -1, 0.5, 1e300, null, true, 'acme', 'scan-account'),
);
const anything = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(key, leaf, { maxKeys: 3 }));
const detail = fc.oneof(anything, fc.dictionary(key, anything, { maxKeys: 5 }));
/** An event in which any field may be anything. */
const event = fc.record(
  {
    version: fc.oneof(fc.constant('0'), anything),
    id: fc.oneof(fc.constant('event-1'), anything),
    'detail-type': fc.oneof(fc.constant('RunJob'), anything),
    source: fc.oneof(fc.constant('com.example.scans'), anything),
    account: fc.oneof(fc.constant('111111111111'), anything),
    time: fc.oneof(fc.constant('2031-05-06T07:08:09Z'), fc.date().map(String), anything),
    detail,
  },
  { requiredKeys: ['version'] },
);

const pristine = new Map(
  [Object.prototype, Array.prototype, Function.prototype].map((prototype) => [prototype, Reflect.ownKeys(prototype)]),
);
afterEach(() => {
  for (const [prototype, keys] of pristine) expect(Reflect.ownKeys(prototype)).toEqual(keys);
});

function expectOneAnswer(body: string): void {
  const reading = parseQueueMessage(body);
  if (reading.read) return;
  expect(isErrorCode(reading.refusal.reason)).toBe(true);
  const { explanation } = reading.refusal;
  expect(explanation).toMatch(/^[\x20-\x7e…]+$/);
  expect(bannedIn(explanation)).toEqual([]);
  expect(longValuesIn(body).filter((value) => explanation.includes(value))).toEqual([]);
}

describe('reading a queue message', () => {
  it('never throws and never shows a long value, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', size: 'medium' }), expectOneAnswer), { numRuns: 1000 });
  });

  it('never throws and never shows a long value, whatever the JSON', () => {
    fc.assert(fc.property(fc.json(), expectOneAnswer), { numRuns: 1000 });
  });

  it('never throws and never shows a long value, whatever the event', () => {
    fc.assert(
      fc.property(event, (value) => expectOneAnswer(JSON.stringify(value))),
      { numRuns: 3000 },
    );
  });

  it('never throws, wherever an event is cut or one of its letters is changed', () => {
    const body = runJobEvent({ detail: { accountIds: ['222222222222'], reason: 'r', input: { a: [1] } } });
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.string({ unit: 'binary', maxLength: 2 }), (index, letters) => {
        expectOneAnswer(body.slice(0, index));
        expectOneAnswer(body.slice(0, index) + letters + body.slice(index + 1));
      }),
      { numRuns: 1000 },
    );
  });

  it('reads a request exactly as it was written', () => {
    const said = {
      accountIds: ['222222222222'],
      reason: ' as is ',
      input: { B: 1, a: [null, { c: 'ü' }] },
      idempotencyKey: 'nightly:1.2_3-4',
      rerunOf: `scan-account.${'a'.repeat(32)}`,
      hops: 3,
    };
    const origin = {
      account: '111111111111',
      source: 'com.example.scans',
      eventId: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    };
    expect(parseQueueMessage(runJobEvent({ detail: said }))).toEqual({
      read: true,
      message: {
        kind: 'request',
        origin: { kind: 'event', ...origin, timeMs: Date.parse('2031-05-06T07:08:09.123Z') },
        detail: { version: 1, tenantId: 'acme', job: 'scan-account', ...said },
      },
    });
  });

  it.each([
    { brokerRecord: 'account', requestId: `req_${'a'.repeat(32)}`, accountId: '222222222222' } as const,
    { brokerRecord: 'continue', issuanceId: `scan-account.${'b'.repeat(32)}`, trailHead: 'c'.repeat(64) } as const,
  ])('reads back the $brokerRecord record that it writes', (record) => {
    const { brokerRecord: kind, ...rest } = record;
    expect(parseQueueMessage(brokerRecordBody(record))).toEqual({ read: true, message: { kind, ...rest } });
  });

  it('does not take an event for a record of the broker, whatever its detail says', () => {
    const detailOfRecord = { brokerRecord: 'account', requestId: `req_${'a'.repeat(32)}`, accountId: '222222222222' };
    expect(parseQueueMessage(runJobEvent({ detail: detailOfRecord }))).toMatchObject({ read: false });
    const atTheTop = runJobEvent({ envelope: detailOfRecord });
    expect(parseQueueMessage(atTheTop)).toMatchObject({ read: true, message: { kind: 'request' } });
  });

  it('refuses a hostile text in under 50 ms', () => {
    const hostile = [
      '['.repeat(65_000),
      '{"a":'.repeat(13_000),
      `"${'\\u0061'.repeat(10_000)}"`,
      'a'.repeat(1_000_000),
    ];
    for (const text of hostile) {
      // The best of three: the machine may be busy with something else.
      const runs = [1, 2, 3].map(() => timed(() => parseQueueMessage(text)));
      expect(Math.min(...runs)).toBeLessThan(50);
    }
  });
});

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
