import { describe, expect, it } from 'vitest';
import { claimedNames, parseQueueMessage } from '../../../lib/requests/parse-request.ts';
import { START_MS } from '../../support/frozen-clock.ts';
import { plainDetail, runJobEvent } from '../../support/queue-message.ts';

const base32 = (length: number) => 'a2'.repeat(length).slice(0, length);
const hex = (length: number) => '0f'.repeat(length).slice(0, length);
/** What a text of one form is not: cut, longer, with something before or after it, in other letters, or no text. */
const none = (text: string): readonly unknown[] => [
  text.slice(0, -1),
  `${text}${text.at(-1)}`,
  `-${text}`,
  `${text}\n`,
  ` ${text}`,
  '',
  7,
  null,
  [text],
  undefined,
];
const account = '222222222222';
const noAccount = [...none(account), '22222222222x', '２２２２２２２２２２２２'];
const requestIds = {
  taken: ['!', '~', 'r'.repeat(128)],
  refused: ['', 'r'.repeat(129), 'a b', 'a\n', '\u007f', 'é', 7],
};
const times = { taken: [0, 1, Number.MAX_SAFE_INTEGER], refused: [-1, 0.5, 2 ** 53, '0', null, undefined] };
const arns = {
  taken: ['arn:!', `arn:${'~'.repeat(2_000)}`],
  refused: ['arn:', `arn:${'x'.repeat(2_001)}`, '-arn:a', 'arn:a b', 'arn:a\n', 'arn:é', '', 7, undefined],
};
const tenantIds = {
  taken: ['ab', '0a-9', 'a'.repeat(63), 'a--b'],
  refused: ['a', 'a'.repeat(64), '-ab', 'ab-', 'A1', 'a_b', 'ab\n', ' ab', '', null, undefined],
};
const sha256 = {
  taken: [hex(64)],
  refused: [...none(hex(64)).slice(0, -1), hex(63).concat('g'), hex(64).toUpperCase()],
};

type Values = { readonly taken: readonly unknown[]; readonly refused: readonly unknown[] };
type Kind = {
  readonly name: string;
  readonly message: (change: Readonly<Record<string, unknown>>) => string;
  readonly fields: Readonly<Record<string, Values>>;
};

const record = (plain: object) => (change: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ ...plain, ...change });
const onDemand = (plain: object) => (change: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ brokerRecord: 'onDemand', origin: { ...plain, ...change }, detail: plainDetail });
const invocation = { requestId: 'r', timeMs: 0 };
const strangers = (change: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ brokerRecord: 'strangers', minute: { source: { kind: 'event' }, minuteMs: 60_000, ...change } });

const kinds: readonly Kind[] = [
  {
    name: 'an event',
    message: (envelope) => runJobEvent({ envelope }),
    fields: {
      version: { taken: ['0'], refused: ['', '00', 0, null, undefined] },
      id: { taken: ['e', 'e'.repeat(128)], refused: ['', 'e'.repeat(129), 7, null, undefined] },
      source: { taken: ['s', 's'.repeat(256)], refused: ['', 's'.repeat(257), 7, null, undefined] },
      account: { taken: [account], refused: noAccount },
      'detail-type': { taken: ['RunJob'], refused: ['', 'RunJobs', 'runJob', 7, null, undefined] },
      'replay-name': { taken: ['r', undefined], refused: [7, null, ['r']] },
      time: {
        taken: ['2031-05-06T07:08:09Z', '2031-05-06T07:08:09.123Z', '2031-05-06T07:08:09+01:00'],
        refused: ['', '2031-05-06', '2031-05-06T07:08:09+05', '2031-13-06T07:08:09Z', 0, null, undefined],
      },
    },
  },
  {
    name: 'a request to the function URL',
    message: onDemand({
      kind: 'functionUrl',
      account,
      principalArn: 'arn:aws:iam::222222222222:role/x',
      ...invocation,
    }),
    fields: {
      kind: { taken: ['functionUrl'], refused: ['invoke', 'event', '', null, undefined] },
      account: { taken: [account], refused: noAccount },
      principalArn: arns,
      requestId: requestIds,
      timeMs: times,
      alias: { taken: [undefined], refused: ['x', null] },
    },
  },
  {
    name: 'an invocation',
    message: onDemand({ kind: 'invoke', alias: 'billing', ...invocation }),
    fields: {
      kind: { taken: ['invoke'], refused: ['functionUrl', 'event', '', null, undefined] },
      alias: {
        taken: ['$LATEST', 'a', '-', 'A_9', 'a'.repeat(128)],
        refused: [
          '',
          'a'.repeat(129),
          '$LATEST1',
          'x$LATEST',
          'LATEST$',
          '$latest',
          'a b',
          'a.b',
          'a\n',
          ' a',
          7,
          undefined,
        ],
      },
      requestId: requestIds,
      timeMs: times,
      account: { taken: [undefined], refused: [account, null] },
    },
  },
  {
    name: 'an account of a large request',
    message: record({ brokerRecord: 'account', requestId: `req_${base32(32)}`, accountId: account }),
    fields: {
      brokerRecord: { taken: ['account'], refused: ['continue', '', null] },
      requestId: {
        taken: [`req_${base32(32)}`],
        refused: [...none(`req_${base32(32)}`), base32(32), `req_${base32(31)}1`, `req_${base32(31)}A`],
      },
      accountId: { taken: [account], refused: noAccount },
      extra: { taken: [undefined], refused: ['', null] },
    },
  },
  {
    name: 'an issuance to go on with',
    message: record({ brokerRecord: 'continue', issuanceId: `scan-account.${base32(32)}`, trailHead: hex(64) }),
    fields: {
      brokerRecord: { taken: ['continue'], refused: ['account', '', null] },
      issuanceId: {
        taken: [`a.${base32(32)}`, `${'9'.repeat(24)}.${base32(32)}`, `-.${base32(32)}`],
        refused: [
          ...none(`a.${base32(32)}`).filter((value) => value !== `-a.${base32(32)}`),
          `.${base32(32)}`,
          `${'a'.repeat(25)}.${base32(32)}`,
          `a-${base32(32)}`,
          `A.${base32(32)}`,
          `a.${base32(31)}1`,
        ],
      },
      trailHead: { ...sha256, refused: [...sha256.refused, undefined] },
      extra: { taken: [undefined], refused: ['', null] },
    },
  },
  {
    name: 'a minute of strangers',
    message: strangers,
    fields: {
      minuteMs: { taken: [0, 60_000, 120_000], refused: [-60_000, 1, 59_999, 60_000.5, '0', null, undefined] },
      source: { taken: [{ kind: 'message' }], refused: [{ kind: 'x' }, {}, null, undefined] },
      extra: { taken: [undefined], refused: ['', null] },
    },
  },
  {
    name: 'an ordered probe',
    message: record({
      brokerRecord: 'probe',
      probeId: `probe_${base32(32)}`,
      tenantId: 'acme',
      accountId: account,
      roleArn: 'arn:aws:iam::222222222222:role/x',
    }),
    fields: {
      brokerRecord: { taken: ['probe'], refused: ['continue', '', null] },
      probeId: {
        taken: [`probe_${base32(32)}`],
        refused: [...none(`probe_${base32(32)}`), `req_${base32(32)}`, `probe_${base32(31)}0`],
      },
      tenantId: tenantIds,
      accountId: { taken: [account], refused: noAccount },
      roleArn: arns,
      externalIdSha256: { ...sha256, taken: [...sha256.taken, undefined] },
      extra: { taken: [undefined], refused: ['', null] },
    },
  },
];

const rows = (which: keyof Values) =>
  kinds.flatMap(({ name, message, fields }) =>
    Object.entries(fields).flatMap(([field, values]) =>
      values[which].map((value) => ({ name, field, value, body: message({ [field]: value }) })),
    ),
  );

describe('of the messages of the queue', () => {
  it.each(rows('taken'))('$name is taken with the $field $value', ({ body }) => {
    expect(parseQueueMessage(body)).toMatchObject({ read: true });
  });

  it.each(rows('refused'))('$name is refused with the $field $value', ({ body }) => {
    const reading = parseQueueMessage(body);
    expect(reading).toMatchObject({ read: false, refusal: { reason: 'request.malformed' } });
  });
});

describe('an event', () => {
  const origin = {
    kind: 'event',
    account: '111111111111',
    source: 'com.example.scans',
    eventId: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    timeMs: START_MS,
  };

  it('says whether it is of a replay', () => {
    const message = { kind: 'request', origin, detail: plainDetail };
    expect(parseQueueMessage(runJobEvent())).toStrictEqual({ read: true, message });
    const replayed = { ...message, origin: { ...origin, replayName: 'yesterday' } };
    const body = runJobEvent({ envelope: { 'replay-name': 'yesterday' } });
    expect(parseQueueMessage(body)).toStrictEqual({ read: true, message: replayed });
  });

  it('is read up to 64 KiB, counted in bytes', () => {
    const empty = Buffer.byteLength(runJobEvent({ detail: { input: '' } }));
    const sized = (bytes: number) => runJobEvent({ detail: { input: 'x'.repeat(bytes - empty) } });
    expect(parseQueueMessage(sized(65_536))).toMatchObject({ read: true });
    const refusal = {
      reason: 'request.tooLarge',
      explanation: 'the message has 65537 bytes; the limit is 65536',
    };
    expect(parseQueueMessage(sized(65_537))).toEqual({ read: false, refusal, claimed: {} });
    const letters = runJobEvent({ detail: { input: 'é'.repeat(33_000) } });
    expect(parseQueueMessage(letters)).toMatchObject({ read: false, refusal: { reason: 'request.tooLarge' } });
  });

  it.each([
    [runJobEvent({ envelope: { account: 7 } }), 'wrong at account'],
    ['[]', 'wrong at version'],
    ['7', 'wrong at the top level'],
  ])('is told where it is wrong: %s', (body, where) => {
    const explanation = `expected an EventBridge event with detail-type RunJob; ${where}`;
    expect(parseQueueMessage(body)).toMatchObject({ refusal: { reason: 'request.malformed', explanation } });
  });
});

describe('a record of the broker', () => {
  it.each([
    ['account', { requestId: `req_${base32(32)}`, accountId: account }],
    ['continue', { issuanceId: `scan-account.${base32(32)}`, trailHead: hex(64) }],
  ])('is read as it was written: %s', (brokerRecord, rest) => {
    const body = JSON.stringify({ brokerRecord, ...rest });
    expect(parseQueueMessage(body)).toStrictEqual({ read: true, message: { kind: brokerRecord, ...rest } });
  });
});

describe('an ordered probe', () => {
  it('is read as it was written, with its external ID and without', () => {
    const order = { probeId: `probe_${base32(32)}`, tenantId: 'acme', accountId: account, roleArn: 'arn:x' };
    for (const probe of [order, { ...order, externalIdSha256: hex(64) }]) {
      const body = JSON.stringify({ brokerRecord: 'probe', ...probe });
      expect(parseQueueMessage(body)).toEqual({ read: true, message: { kind: 'probe', ...probe } });
    }
  });
});

describe('a minute of strangers', () => {
  it('is read as it was written', () => {
    const minute = { source: { kind: 'event', account, name: 'com.example.x' }, minuteMs: 120_000 };
    const body = JSON.stringify({ brokerRecord: 'strangers', minute });
    expect(parseQueueMessage(body)).toEqual({ read: true, message: { kind: 'strangers', minute } });
  });
});

describe('what an illegible message claims', () => {
  it.each<[unknown, object]>([
    [
      { tenantId: 'acme', job: 'scan-account' },
      { tenantId: 'acme', job: 'scan-account' },
    ],
    [
      { tenantId: 'a'.repeat(63), job: 'j'.repeat(24) },
      { tenantId: 'a'.repeat(63), job: 'j'.repeat(24) },
    ],
    [{ tenantId: 'a'.repeat(64), job: 'a' }, { job: 'a' }],
    [{ tenantId: 'a', job: 'j'.repeat(25) }, { tenantId: 'a' }],
    [{ tenantId: '', job: '' }, {}],
    [{ tenantId: 'Acme', job: 'scan account' }, {}],
    [{ tenantId: 'acme\n', job: 'a\n' }, {}],
    [{ tenantId: ' acme', job: ' a' }, {}],
    [{ tenantId: 7, job: ['scan-account'] }, {}],
    [{ tenantId: null, job: 'scan-account', sudo: true }, { job: 'scan-account' }],
    ['acme', {}],
    [null, {}],
    [undefined, {}],
  ])('of %j is kept only where it has the form: %j', (detail, claimed) => {
    expect(claimedNames(detail)).toStrictEqual(claimed);
  });

  it('is kept of an event that is no request, and nothing of a text that is no message', () => {
    const stop = runJobEvent({ envelope: { 'detail-type': 'StopJob' } });
    expect(parseQueueMessage(stop)).toMatchObject({
      read: false,
      origin: { kind: 'event', source: 'com.example.scans' },
      claimed: { tenantId: 'acme', job: 'scan-account' },
    });
    expect(parseQueueMessage('no')).toEqual({
      read: false,
      refusal: {
        reason: 'request.malformed',
        explanation: 'not JSON; expected an EventBridge event with detail-type RunJob',
      },
      claimed: {},
    });
  });

  it('is nothing but the place where a text is no JSON any more', () => {
    const { refusal } = { refusal: undefined, ...parseQueueMessage('{"tenantId":"acme"') };
    expect(refusal?.explanation).toBe(
      'not JSON (at character 18); expected an EventBridge event with detail-type RunJob',
    );
  });
});
