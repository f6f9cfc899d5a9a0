import { describe, expect, it } from 'vitest';
import { ocsfEventsOf } from '../../../../lib/audit/ocsf/ocsf-of-record.ts';
import type { IssuanceView, ProbeView, RecordView, RequestView } from '../../../../lib/audit/questions/audit-api.ts';
import {
  anIssuanceView,
  anUnreadableView,
  aProbeView,
  aRefusedView,
  aRequestView,
  aStrayView,
  everyRecord,
  strangersView,
} from '../../../support/audit-answers.ts';

type Json = Readonly<Record<string, unknown>>;

/** Required of every event, of each class, and of the profile `cloud`: schema.ocsf.io/1.4.0. */
const REQUIRED = ['activity_id', 'category_uid', 'class_uid', 'cloud', 'metadata', 'severity_id', 'time', 'type_uid'];
const REQUIRED_OF: Readonly<Record<number, readonly string[]>> = {
  3002: ['user', 'service'],
  6003: ['actor', 'api', 'src_endpoint'],
};
const ACTIVITIES: Readonly<Record<number, readonly number[]>> = { 3002: [1], 6003: [1, 99] };

function members(event: Json, ...path: readonly string[]): Json {
  return path.reduce<Json>((value, name) => (value[name] ?? {}) as Json, event);
}

function onlyEventOf(record: RecordView): Json {
  const [event, ...others] = ocsfEventsOf(record);
  expect(others).toEqual([]);
  if (event === undefined) throw new Error('no event');
  return JSON.parse(JSON.stringify(event)) as Json;
}

const someAttempt = anIssuanceView().attempts[0];
if (someAttempt === undefined) throw new Error('no attempt');
const lost = { ...someAttempt, accessKeyId: undefined, issuedAtMs: undefined } as const;
const withAttempt = (attempt: Partial<IssuanceView['attempts'][number]>, kept: object = lost) =>
  anIssuanceView({ attempts: [{ ...someAttempt, ...kept, ...attempt }] });
const withOrigin = (origin: RequestView['origin']): RequestView => ({ ...aRequestView, origin });
const withOutcome = (outcome: ProbeView['outcome']): ProbeView => ({ ...aProbeView, outcome });

const records: readonly RecordView[] = [
  ...everyRecord,
  ...(['open', 'denied', 'failed', 'unknown', 'undelivered', 'unclaimed', 'revoked'] as const).map((outcome) =>
    withAttempt({ outcome }),
  ),
  ...(['open', 'accepted', 'unknown', 'unavailable'] as const).map(withOutcome),
  withOrigin({ kind: 'functionUrl', account: '1', principalArn: 'arn:aws:iam::1:role/x', requestId: 'r', timeMs: 1 }),
  withOrigin({ kind: 'invoke', alias: 'live', requestId: 'r', timeMs: 1 }),
  withOrigin({ kind: 'message', eventId: 'm-1' }),
  { ...aRequestView, decision: 'refused', refusal: { reason: 'requester.unknown', explanation: 'x' } },
  { ...aStrayView, calls: aStrayView.calls.map(({ sourceIpAddress: _, callerRoleArn: __, ...call }) => call) },
];

describe('events of OCSF', () => {
  it.each(records.map((record, index) => [record.recordType, index, record] as const))(
    'of %s (%i) have what the schema requires',
    (_, __, record) => {
      for (const event of ocsfEventsOf(record).map((each): Json => JSON.parse(JSON.stringify(each)))) {
        const classUid = Number(event['class_uid']);
        const required = [...REQUIRED, ...(REQUIRED_OF[classUid] ?? ['?'])];
        expect(required.filter((name) => event[name] === undefined)).toEqual([]);
        expect(ACTIVITIES[classUid]).toContain(event['activity_id']);
        expect(event['type_uid']).toBe(classUid * 100 + Number(event['activity_id']));
        expect(event['category_uid']).toBe(Math.floor(classUid / 1_000));
        // Milliseconds, not seconds.
        expect(event['time']).toBeGreaterThan(1_700_000_000_000);
        expect([1, 2, 3, 4]).toContain(event['severity_id']);
        expect([0, 1, 2]).toContain(event['status_id']);
        expect(members(event, 'metadata')).toMatchObject({ version: '1.4.0', profiles: ['cloud'] });
        expect(members(event, 'metadata', 'product')['name']).toBe('credential-broker');
        expect(members(event, 'cloud')['provider']).toBe('AWS');
        for (const observable of (event['observables'] ?? []) as readonly Json[]) {
          expect(Object.keys(observable)).toEqual(['name', 'type_id', 'value']);
        }
        if (classUid === 6003) {
          expect(members(event, 'api')['operation']).toBeTruthy();
          expect(Object.keys(members(event, 'src_endpoint'))).toHaveLength(1);
        }
      }
    },
  );

  it.each([
    ['a session that was made', withAttempt({}, {}), 3002, 1, 1],
    ['a session that nobody took', withAttempt({ outcome: 'unclaimed' }, {}), 3002, 1, 1],
    ['a session that was dropped', withAttempt({ outcome: 'undelivered' }, {}), 3002, 1, 1],
    ['a session that was denied', withAttempt({ outcome: 'denied', code: 'sts.denied' }), 3002, 2, 2],
    ['a session of which nothing is known', withAttempt({ outcome: 'unknown' }), 3002, 0, 3],
    ['a session that is under way', withAttempt({ outcome: 'open' }), 3002, 0, 3],
    ['a refusal before any attempt', aRefusedView, 6003, 2, 2],
    ['a request that was allowed', aRequestView, 6003, 1, 1],
    ['strangers', strangersView, 6003, 2, 2],
    ['a probe that was denied, as it should be', aProbeView, 3002, 2, 1],
    ['a stray', aStrayView, 6003, 1, 4],
  ])('tell of %s', (_, record, classUid, statusId, severityId) => {
    const event = onlyEventOf(record);
    expect([event['class_uid'], event['status_id'], event['severity_id']]).toEqual([classUid, statusId, severityId]);
  });

  it('are one for each attempt, all with the issuance as what they have in common', () => {
    const attempts = [someAttempt, { ...someAttempt, attempt: 2, sessionName: 'other.2' }];
    const events = ocsfEventsOf(anIssuanceView({ attempts }));
    const metadata = events.map((event) => members(event, 'metadata'));
    expect(new Set(metadata.map(({ uid }) => uid)).size).toBe(2);
    expect(new Set(metadata.map(({ correlation_uid }) => correlation_uid)).size).toBe(1);
  });

  it('let a SIEM find the key, the account, the role and the address', () => {
    const values = (event: Json) =>
      (event['observables'] as readonly Json[]).map(({ type_id, value }) => [type_id, value]);
    expect(values(onlyEventOf(anIssuanceView()))).toEqual([
      [31, 'arn:aws:iam::222222222222:role/credential-broker/credential-broker'],
      [19, 'ASIAEXAMPLEKEY000001'],
      [35, '222222222222'],
    ]);
    expect(values(onlyEventOf(aStrayView))).toContainEqual([2, '198.51.100.7']);
  });

  it.each([
    ['192.0.2.1', { ip: '192.0.2.1' }],
    ['2001:db8::1', { ip: '2001:db8::1' }],
    ['lambda.amazonaws.com', { name: 'lambda.amazonaws.com' }],
  ])('say whence a call came: %s', (sourceIpAddress, endpoint) => {
    const calls = aStrayView.calls.map((call) => ({ ...call, sourceIpAddress }));
    expect(onlyEventOf({ ...aStrayView, calls })['src_endpoint']).toEqual(endpoint);
  });

  it('are none of what cannot be read', () => {
    expect(ocsfEventsOf(anUnreadableView)).toEqual([]);
  });
});
