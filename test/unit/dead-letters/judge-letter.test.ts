import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LetterFacts, LetterVerdict } from '../../../lib/dead-letters/dead-letter-api.ts';
import type { DeadLetter } from '../../../lib/dead-letters/dead-letter-queue.ts';
import { judgeLetter } from '../../../lib/dead-letters/judge-letter.ts';
import type { OnRecord } from '../../../lib/dead-letters/letter-ledger.ts';
import { readLetter } from '../../../lib/dead-letters/read-letter.ts';
import { issuanceIdOf } from '../../../lib/ledger/issuance.ts';
import { payloadSha256Of, requestIdOf } from '../../../lib/ledger/request-id.ts';
import type { RequestDetail } from '../../../lib/requests/request.ts';
import { seal } from '../../../lib/sealing/seal.ts';
import { Secret } from '../../../lib/sealing/secret.ts';
import { unseal } from '../../../lib/sealing/unseal.ts';
import { BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { countingIds } from '../../support/counting-ids.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';
import { judgingBy, type LetterRecords, MAXIMUM_AGE_MS } from '../../support/letter-world.ts';
import { plainDetail, runJobEvent } from '../../support/queue-message.ts';

const ACCOUNT = '222222222222';
const OTHER = '333333333333';
const HEAD = 'a'.repeat(64);
const event = runJobEvent({ envelope: { id: 'event-1' } });
const detail: RequestDetail = { version: 1, tenantId: 'acme', job: 'scan-account' };
const origin = {
  kind: 'event',
  account: BROKER_ACCOUNT,
  source: 'com.example.scans',
  eventId: 'event-1',
  timeMs: START_MS,
} as const;
const requestId = requestIdOf({ origin, detail, brokerAccountId: BROKER_ACCOUNT });
const issuanceId = issuanceIdOf({ requestId, job: 'scan-account', accountId: ACCOUNT });
const allowed: Extract<OnRecord, { decision: 'allowed' }> = {
  decision: 'allowed',
  payloadSha256: payloadSha256Of(detail),
  job: 'scan-account',
  accountIds: [ACCOUNT],
};
const requests = { [requestId]: allowed };
const issuance = (state: 'issued' | 'completed' | 'intended') => ({ [issuanceId]: { state, trailHead: HEAD } });

const context = {
  tenantId: 'acme',
  accountId: ACCOUNT,
  job: 'scan-account',
  issuanceId,
  attempt: 1,
  fenceMs: START_MS + 9,
  usableUntilMs: START_MS + 5,
};
const content = {
  accessKeyId: 'ASIAX',
  secretAccessKey: 'secret-key',
  sessionToken: 'session-token',
  expiresAtMs: START_MS,
};
const dataKey = createHash('sha256').update('a key that KMS made').digest();
const sealed = seal(new Secret(content), { dataKey, context, randomBytes: countingIds().randomBytes });
const failure = JSON.stringify({
  version: '1.0',
  timestamp: new Date(START_MS).toISOString(),
  requestContext: { requestId: 'x', functionArn: 'arn:x', condition: 'RetriesExhausted', approximateInvokeCount: 3 },
  requestPayload: { version: 1, ...context, sealed, input: { note: 'an input' } },
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: { errorType: 'Error', errorMessage: 'a message with a value' },
});
const scheduled = JSON.stringify({
  version: '0',
  id: 'x',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: BROKER_ACCOUNT,
  time: new Date(START_MS).toISOString(),
  region: 'eu-west-1',
  resources: [`arn:aws:events:eu-west-1:${BROKER_ACCOUNT}:rule/broker-schedule-nightly`],
  detail: {},
});
const onDemand = JSON.stringify({
  brokerRecord: 'onDemand',
  origin: { kind: 'invoke', alias: 'billing', requestId: 'r', timeMs: START_MS },
  detail: plainDetail,
});
const account = (accountId: string) => JSON.stringify({ brokerRecord: 'account', requestId, accountId });
const continuation = JSON.stringify({ brokerRecord: 'continue', issuanceId, trailHead: HEAD });
const probe = JSON.stringify({
  brokerRecord: 'probe',
  probeId: `probe_${'a'.repeat(32)}`,
  tenantId: 'acme',
  accountId: ACCOUNT,
  roleArn: 'arn:aws:iam::222222222222:role/x',
});

type Case = readonly [
  title: string,
  letter: Partial<DeadLetter>,
  records: LetterRecords,
  verdict: LetterVerdict,
  facts: Partial<LetterFacts>,
  later?: number,
];

const why = 'the broker gave it up';
const fromScans = {
  kind: 'request',
  tenantId: 'acme',
  job: 'scan-account',
  from: 'com.example.scans',
  askedAtMs: START_MS,
} as const;
const cases: readonly Case[] = [
  ['an event that is on no record', { body: event }, {}, 'safe', { ...fromScans, why }],
  [
    'an event of the rule, with its code',
    { queue: 'rule', body: event, errorCode: 'NO_PERMISSIONS', tries: 185 },
    {},
    'safe',
    { ...fromScans, why: 'NO_PERMISSIONS', tries: 185 },
  ],
  ['a request on demand', { body: onDemand }, {}, 'safe', { ...fromScans, from: 'alias billing', why }],
  ['an allowed request that was not begun', { body: event }, { requests }, 'safe', {}],
  ['a request under way', { body: event }, { requests, issuances: issuance('issued') }, 'underway', {}],
  ['a request that is settled', { body: event }, { requests, issuances: issuance('completed') }, 'settled', {}],
  [
    'a request one of whose accounts was not begun',
    { body: event },
    { requests: { [requestId]: { ...allowed, accountIds: [ACCOUNT, OTHER] } }, issuances: issuance('completed') },
    'safe',
    {},
  ],
  [
    'a request that was refused',
    { body: event },
    { requests: { [requestId]: { decision: 'refused', payloadSha256: allowed.payloadSha256 } } },
    'settled',
    {},
  ],
  [
    'a request whose id was taken',
    { body: event },
    { requests: { [requestId]: { ...allowed, payloadSha256: 'x' } } },
    'idTaken',
    {},
  ],
  ['a request as old as it may be', { body: event }, {}, 'safe', {}, MAXIMUM_AGE_MS],
  ['a request that is too old', { body: event }, {}, 'tooOld', {}, MAXIMUM_AGE_MS + 1],
  [
    'a settled request that is too old',
    { body: event },
    { requests, issuances: issuance('completed') },
    'settled',
    {},
    MAXIMUM_AGE_MS + 1,
  ],
  [
    'an account that was not begun',
    { body: account(ACCOUNT) },
    { requests },
    'safe',
    { kind: 'account', requestId, accountId: ACCOUNT },
  ],
  [
    'an account that is settled',
    { body: account(ACCOUNT) },
    { requests, issuances: issuance('completed') },
    'settled',
    {},
  ],
  ['an account that its request does not have', { body: account(OTHER) }, { requests }, 'movedOn', {}],
  ['an account of no request', { body: account(ACCOUNT) }, {}, 'requestUnknown', {}],
  [
    'an issuance as the sweeper saw it',
    { body: continuation },
    { issuances: issuance('intended') },
    'safe',
    { kind: 'continue', issuanceId, job: 'scan-account' },
  ],
  [
    'an issuance that moved on',
    { body: continuation },
    { issuances: { [issuanceId]: { state: 'intended', trailHead: 'b' } } },
    'movedOn',
    {},
  ],
  ['an issuance that is over', { body: continuation }, { issuances: issuance('completed') }, 'movedOn', {}],
  ['an issuance that is on no record', { body: continuation }, {}, 'movedOn', {}],
  ['a probe', { body: probe }, {}, 'overtaken', { kind: 'probe', tenantId: 'acme', accountId: ACCOUNT }],
  [
    'the event of a schedule',
    { queue: 'rule', body: scheduled },
    {},
    'runByHand',
    { kind: 'schedule', schedule: 'broker-schedule-nightly', askedAtMs: START_MS },
  ],
  [
    'a job that failed',
    { queue: 'job-failures', body: failure },
    {},
    'ownedBySweeper',
    {
      kind: 'jobFailure',
      issuanceId,
      job: 'scan-account',
      tenantId: 'acme',
      accountId: ACCOUNT,
      why: 'RetriesExhausted, Error',
      tries: 3,
    },
  ],
  ['bytes', { body: '\u0000{"customer": "secret"' }, {}, 'illegible', { kind: 'illegible', why: 'request.malformed' }],
  [
    'a request with a key too many',
    { body: runJobEvent({ detail: { secretThing: 'x' } }) },
    {},
    'illegible',
    { kind: 'illegible', tenantId: 'acme', why: 'request.fieldNotAllowed' },
  ],
  ['a failure that is none', { queue: 'job-failures', body: event }, {}, 'illegible', { kind: 'illegible' }],
];

describe('a dead letter', () => {
  it.each(cases.map((each) => [each[0], each] as const))(
    '%s is what it is, and redriven or not',
    async (_, [, letter, records, verdict, facts, laterMs = 0]) => {
      const reading = readLetter({ queue: 'requests', body: '', ...letter });
      const judgement = await judgeLetter(reading, judgingBy(records, frozenClock(START_MS + laterMs)));
      expect(reading.facts).toMatchObject(facts);
      expect(judgement).toMatchObject({ verdict, safe: verdict === 'safe' });
      const told = JSON.stringify([reading.facts, judgement]);
      expect(told).not.toMatch(/secret|an input|a message with|ciphertext|sealed/);
    },
  );
});

describe('the envelope in a letter', () => {
  it('opens with nothing that the letter has', () => {
    expect(unseal({ sealed, dataKey, context }).reveal()).toEqual(content);
    const texts = [...failure.matchAll(/"([^"]+)"|(\d+)/g)].map(([, text, number]) => text ?? number ?? '');
    const keys = [...texts, failure].flatMap((text) => [
      createHash('sha256').update(text).digest(),
      createHash('sha256').update(Buffer.from(text, 'base64')).digest(),
      Buffer.alloc(32, text || '0'),
      Buffer.concat([Buffer.from(text, 'base64'), Buffer.alloc(32)]).subarray(0, 32),
    ]);
    expect(keys.length).toBeGreaterThan(80);
    for (const key of keys) expect(() => unseal({ sealed, dataKey: key, context })).toThrow('envelope');
    expect(failure).not.toMatch(/secret-key|session-token|ticket|wrapped/);
  });
});
