import { describe, expect, it } from 'vitest';
import { correlateFiles } from '../../../../lib/audit/log-files/correlate-files.ts';
import { type FilesCorrelation, isConsistent } from '../../../../lib/audit/log-files/files-correlation.ts';
import { type LogRecord, readLogRecord } from '../../../../lib/audit/log-files/log-record.ts';
import type { ReceiptPage } from '../../../../lib/audit/receipts/receipt.ts';
import {
  aPage,
  aReceipt,
  aReceiptWithout,
  brokersCopy,
  CUSTOMER_ACCOUNT,
  customersCopy,
  deniedCall,
  FROM_MS,
  keyOf,
  NOON_MS,
  otherCall,
  TO_MS,
  type TrailRecord,
  usedFor,
} from '../../../support/a-trail.ts';

function correlate(pages: readonly ReceiptPage[], records: readonly TrailRecord[]): FilesCorrelation {
  const correlator = correlateFiles(pages);
  for (const record of records) correlator.add(logRecord(record));
  return correlator.result();
}

function logRecord(record: TrailRecord): LogRecord {
  const read = readLogRecord(record);
  if (read === undefined) throw new Error('not an event');
  return read;
}

/** Files about the whole day. */
const day = [otherCall(FROM_MS), otherCall(TO_MS)];
const issued = aReceipt(1);
const lost = aReceiptWithout(2, 'unknown');
const denied = aReceiptWithout(3, 'denied');
const unmade = aReceiptWithout(4, 'none');

type Case = {
  readonly name: string;
  readonly records: readonly TrailRecord[];
  readonly receipts?: readonly ReturnType<typeof aReceipt>[];
  readonly verdicts: readonly string[];
  readonly strays?: readonly string[];
  readonly consistent?: boolean;
  readonly calls?: Partial<FilesCorrelation['calls']>;
};

const cases: readonly Case[] = [
  { name: 'the customer’s copy of a session', records: [customersCopy(issued)], verdicts: ['matched'] },
  { name: 'the broker’s copy of a session', records: [brokersCopy(issued)], verdicts: ['matched'] },
  {
    name: 'both copies, one of them twice',
    records: [customersCopy(issued), brokersCopy(issued), customersCopy(issued)],
    verdicts: ['matched'],
    calls: { assumeRoleRecords: 3, ofTheBroker: 3 },
  },
  { name: 'a session that the files do not show', records: [], verdicts: ['missing'], consistent: false },
  {
    name: 'a session at a time that the files do not reach',
    receipts: [aReceipt(1, { intendedAtMs: TO_MS - 60_000 })],
    records: [],
    verdicts: ['notCovered'],
  },
  {
    name: 'a session in an account that the files are not about',
    receipts: [aReceipt(1, { accountId: '333333333333', roleArn: 'arn:aws:iam::333333333333:role/x' })],
    records: [],
    verdicts: ['notCovered'],
  },
  {
    name: 'a session whose answer was lost',
    receipts: [lost],
    records: [customersCopy(lost)],
    verdicts: ['explained'],
  },
  {
    name: 'a session under a name whose answer was lost, long after its call must have been over',
    receipts: [lost],
    records: [customersCopy(lost, { atMs: lost.intendedAtMs + 2 * 3_600_000 + 60_000 })],
    verdicts: ['noSession'],
    strays: ['outsideCall'],
  },
  {
    name: 'a session whose answer was lost, of a call that was made again after an outage',
    receipts: [lost],
    records: [customersCopy(lost, { atMs: lost.intendedAtMs + 3_600_000 })],
    verdicts: ['explained'],
  },
  { name: 'an answer that was lost with no session', receipts: [lost], records: [], verdicts: ['noSession'] },
  {
    name: 'a second session under a name whose answer was lost',
    receipts: [lost],
    records: [customersCopy(lost), customersCopy(lost, { accessKeyId: keyOf(9), atMs: lost.intendedAtMs + 9_000 })],
    verdicts: ['explained'],
    strays: ['secondSession'],
  },
  { name: 'a denial, which no customer is shown', receipts: [denied], records: [], verdicts: ['noSession'] },
  {
    name: 'a denial in the broker’s own trail',
    receipts: [denied],
    records: [deniedCall(denied)],
    verdicts: ['deniedSeen'],
  },
  {
    name: 'a denial that nobody announced',
    records: [customersCopy(issued), deniedCall(issued, { stsRequestId: 'x' })],
    verdicts: ['matched'],
    strays: ['callUnknown'],
  },
  {
    name: 'a session after a denial',
    receipts: [denied],
    records: [customersCopy(denied)],
    verdicts: ['noSession'],
    strays: ['noSessionMade'],
  },
  {
    name: 'a session where none was made',
    receipts: [unmade],
    records: [customersCopy(unmade)],
    verdicts: ['noSession'],
    strays: ['noSessionMade'],
  },
  {
    name: 'a session under a name that nobody announced',
    records: [customersCopy(issued), customersCopy(issued, { sessionName: 'x', stsRequestId: 'x' })],
    verdicts: ['matched'],
    strays: ['nameUnknown'],
  },
  {
    name: 'both copies of a session that nobody announced',
    records: [
      customersCopy(issued),
      brokersCopy(issued, { sessionName: 'x', stsRequestId: 'x' }),
      customersCopy(issued, { sessionName: 'x', stsRequestId: 'x' }),
    ],
    verdicts: ['matched'],
    strays: ['nameUnknown'],
  },
  {
    name: 'another key under an announced name',
    records: [customersCopy(issued, { accessKeyId: keyOf(9) })],
    verdicts: ['missing'],
    strays: ['otherKey'],
  },
  {
    name: 'another role under an announced name',
    records: [customersCopy(issued, { roleArn: `arn:aws:iam::${CUSTOMER_ACCOUNT}:role/Admin` })],
    verdicts: ['missing'],
    strays: ['otherRole'],
  },
  {
    name: 'another role of the broker’s account that calls',
    records: [customersCopy(issued), brokersCopy(issued, { stsRequestId: 'x', callerRole: 'arn:aws:iam::1:role/dev' })],
    verdicts: ['matched'],
    strays: ['otherCaller'],
  },
  {
    name: 'a call into another tenant’s account',
    records: [
      customersCopy(issued),
      brokersCopy(issued, { sessionName: 'x', roleArn: 'arn:aws:iam::444444444444:role/x', stsRequestId: 'x' }),
    ],
    verdicts: ['matched'],
    calls: { elsewhere: 1 },
  },
  {
    name: 'a call after the receipts end',
    records: [customersCopy(issued), customersCopy(issued, { sessionName: 'x', atMs: TO_MS + 1_000 })],
    verdicts: ['matched'],
    calls: { outsidePeriod: 1 },
  },
  {
    name: 'a call just as the receipts begin, whose record may be older',
    records: [customersCopy(issued), customersCopy(issued, { sessionName: 'x', atMs: FROM_MS + 60_000 })],
    verdicts: ['matched'],
    calls: { atPeriodEdge: 1 },
  },
  {
    name: 'an AssumeRole of somebody else',
    records: [
      customersCopy(issued),
      { ...customersCopy(issued), userIdentity: { type: 'AWSAccount', accountId: '555555555555' } },
      { ...customersCopy(issued), userIdentity: { type: 'AWSService', invokedBy: 'ecs.amazonaws.com' } },
    ],
    verdicts: ['matched'],
    calls: { assumeRoleRecords: 3, ofTheBroker: 1 },
  },
  {
    name: 'a record that says that it is an AssumeRole and is none',
    records: [customersCopy(issued), { ...customersCopy(issued), requestParameters: null }],
    verdicts: ['matched'],
    calls: { malformed: 1, malformedOfOthers: 0 },
    consistent: false,
  },
  {
    name: 'such a record of a call that somebody else made',
    records: [
      customersCopy(issued),
      {
        ...customersCopy(issued),
        userIdentity: { type: 'AWSAccount', accountId: '555555555555' },
        requestParameters: null,
      },
    ],
    verdicts: ['matched'],
    calls: { malformed: 1, malformedOfOthers: 1 },
  },
  {
    name: 'such a record that does not say who called',
    records: [customersCopy(issued), { ...customersCopy(issued), userIdentity: null }],
    verdicts: ['matched'],
    calls: { malformed: 1, malformedOfOthers: 0 },
    consistent: false,
  },
];

describe('log files against receipts', () => {
  it.each(cases)('knows $name', ({ records, receipts = [issued], verdicts, strays = [], consistent, calls = {} }) => {
    for (const inOrder of [records, records.toReversed()]) {
      const result = correlate([aPage(receipts)], [...day, ...inOrder]);
      expect(result.judged.map(({ verdict }) => verdict)).toEqual(verdicts);
      expect(result.strays.map(({ why }) => why)).toEqual(strays);
      expect(result.calls).toMatchObject(calls);
      expect(isConsistent(result)).toBe(consistent ?? strays.length === 0);
    }
  });

  it('says the same in whatever order the records come', () => {
    const records = [
      ...day,
      customersCopy(lost),
      customersCopy(lost, { accessKeyId: keyOf(9), atMs: lost.intendedAtMs + 9_000 }),
      brokersCopy(issued, { sessionName: 'x', stsRequestId: 'x' }),
      customersCopy(issued, { sessionName: 'x', stsRequestId: 'x' }),
      brokersCopy(issued),
      usedFor(issued),
      usedFor(issued, { name: 'GetObject', errorCode: 'AccessDenied' }),
    ];
    const pages = [aPage([issued, lost])];
    const expected = correlate(pages, records);
    for (let turn = 1; turn < records.length; turn += 1) {
      expect(correlate(pages, [...records.slice(turn), ...records.slice(0, turn)])).toEqual(expected);
    }
  });

  it('takes each receipt once, as the later export has it, where exports overlap', () => {
    const pages = [aPage([aReceiptWithout(1, 'unknown')]), aPage([issued])];
    const result = correlate(pages, [...day, customersCopy(issued)]);
    expect(result.judged.map(({ verdict, accessKeyId }) => [verdict, accessKeyId])).toEqual([['matched', keyOf(1)]]);
  });

  it('counts a session once, however often its records come', () => {
    const copies = Array.from({ length: 100 }, () => [customersCopy(issued), brokersCopy(issued)]).flat();
    const result = correlate([aPage([issued])], copies);
    expect([result.receipts.matched, result.strays, result.straysUnlisted]).toEqual([1, [], 0]);
  });

  it('holds a tenant’s calls to the time of its own receipts, where there are other ones', () => {
    const elsewhere = { accountId: '333333333333', roleArn: 'arn:aws:iam::333333333333:role/x' };
    const longer = aPage([aReceipt(2, elsewhere)], { tenantId: 'globex', toMs: TO_MS + 3_600_000 });
    const late = { atMs: TO_MS + 60_000, sessionName: 'x', stsRequestId: 'x' };
    const result = correlate([aPage([issued]), longer], [customersCopy(issued), customersCopy(issued, late)]);
    expect([result.strays, result.calls.outsidePeriod]).toEqual([[], 1]);
  });

  it('leaves no edge between exports that follow each other, but where one was made too soon to know', () => {
    const hour = 3_600_000;
    const pieces = (madeAfterMs: number) =>
      Array.from({ length: 24 }, (_, index) => {
        const [fromMs, toMs] = [FROM_MS + index * hour, FROM_MS + (index + 1) * hour];
        return aPage(index === 12 ? [issued] : [], { fromMs, toMs, madeAtMs: toMs + madeAfterMs });
      });
    const records = [...day, customersCopy(issued), customersCopy(issued, { sessionName: 'x', stsRequestId: 'x' })];
    expect(correlate(pieces(24 * hour), records).strays).toHaveLength(1);
    const soon = correlate(pieces(0), records);
    expect([soon.strays, soon.calls.atPeriodEdge]).toEqual([[], 1]);
  });

  it('takes each receipt as the export has it that was made last, whichever is named first', () => {
    const early = aPage([aReceiptWithout(1, 'unknown')], { madeAtMs: TO_MS });
    const result = correlate([aPage([issued]), early], [...day, customersCopy(issued)]);
    expect(result.judged.map(({ verdict }) => verdict)).toEqual(['matched']);
  });

  it('never shows a session token or an external ID', () => {
    const result = correlate([aPage([issued])], [customersCopy(issued), customersCopy(issued, { sessionName: 'x' })]);
    expect(JSON.stringify(result)).not.toMatch(/must-never|cb-dev1/);
  });

  it('finds a hundred strays among a hundred thousand events, and raises no false alarm', () => {
    const correlator = correlateFiles([aPage(many)]);
    const planted = new Set<string>();
    for (let index = 0; index < 100_000; index += 1) {
      if (index % 1_000 === 7) planted.add(`planted-${index}`);
      for (const record of eventsAt(index)) correlator.add(record);
    }
    const result = correlator.result();
    expect(new Set(result.strays.map(({ stsRequestId }) => stsRequestId))).toEqual(planted);
    expect(planted.size).toBe(100);
    expect(result.receipts).toMatchObject({ matched: 2_000, missing: 0 });
  });
});

const many = Array.from({ length: 2_000 }, (_, index) => aReceipt(index, { intendedAtMs: NOON_MS + index * 10 }));

/** A session of its own for each receipt, then what they were used for and what others did; every thousandth is planted. */
function eventsAt(index: number): readonly LogRecord[] {
  const receipt = many[index % many.length] ?? issued;
  const name = { sessionName: `y${index}`, stsRequestId: `planted-${index}`, accessKeyId: keyOf(index + 10_000) };
  const planted = index % 1_000 === 7 ? [customersCopy(receipt, name)] : [];
  const session = index % 2 === 0 ? customersCopy(receipt) : brokersCopy(receipt);
  const later = index % 3 === 0 ? usedFor(receipt) : otherCall(FROM_MS + index * 800);
  return [...planted, index < many.length ? session : later].map(logRecord);
}

describe('calls without an end', () => {
  it('are kept up to a bound, and counted beyond it', () => {
    const named = (index: number) => ({ sessionName: `y${index}`, stsRequestId: `y${index}` });
    const unknown = Array.from({ length: 1_200 }, (_, index) => customersCopy(issued, named(index)));
    const others = Array.from({ length: 100 }, (_, index) => customersCopy(issued, { accessKeyId: keyOf(index + 5) }));
    const result = correlate([aPage([issued])], [...unknown, ...others]);
    expect([result.strays.length, result.straysUnlisted]).toEqual([1_032, 268]);
    expect(isConsistent(result)).toBe(false);
  });
});

describe('what was done with a session', () => {
  const use = (records: readonly TrailRecord[], receipt = issued) => {
    return correlate([aPage([receipt])], records).judged[0]?.use;
  };

  it('is counted by call, error, address and agent, with its first and last', () => {
    const result = use([
      usedFor(issued),
      usedFor(issued, { name: 'GetBucketEncryption', eventTime: '2031-05-06T12:02:00Z', sourceIPAddress: '192.0.2.9' }),
      usedFor(issued, { name: 'GetBucketEncryption', errorCode: 'ServerSideEncryptionConfigurationNotFoundError' }),
    ]);
    expect(result).toMatchObject({
      calls: 3,
      denied: 0,
      firstAtMs: Date.parse('2031-05-06T12:00:06Z'),
      lastAtMs: Date.parse('2031-05-06T12:02:00Z'),
      actions: { counts: { 's3:GetBucketEncryption': 2, 's3:ListBuckets': 1 }, others: 0 },
      errors: { counts: { ServerSideEncryptionConfigurationNotFoundError: 1 } },
      sourceIpAddresses: { counts: { '198.51.100.7': 2, '192.0.2.9': 1 } },
      userAgents: { counts: { 'scan/1': 3 } },
      notNamed: { allowed: { counts: {} }, denied: { counts: {} } },
      afterFence: { allowed: 0, denied: 0 },
      otherKeys: [],
    });
  });

  it('is told apart by what the policy names, whether AWS allowed it or not', () => {
    const result = use([
      usedFor(issued, { name: 'GetObject', errorCode: 'AccessDenied' }),
      usedFor(issued, { service: 'ec2', name: 'DescribeInstances', errorCode: 'Client.UnauthorizedOperation' }),
      usedFor(issued, { service: 'iam', name: 'ListUsers' }),
      usedFor(issued, { service: 'sts', name: 'GetCallerIdentity' }),
    ]);
    expect(result).toMatchObject({
      denied: 2,
      notNamed: {
        allowed: { counts: { 'iam:ListUsers': 1 } },
        denied: { counts: { 's3:GetObject': 1, 'ec2:DescribeInstances': 1 } },
      },
    });
  });

  it('counts calls after the fence, by whole seconds as CloudTrail tells them', () => {
    const fence = Math.floor((issued.fenceMs ?? 0) / 1_000) * 1_000;
    const at = (atMs: number) => ({ eventTime: new Date(atMs).toISOString().replace('.000Z', 'Z') });
    const result = use([
      usedFor(issued, at(fence)),
      usedFor(issued, at(fence + 1_000)),
      usedFor(issued, { ...at(fence + 1_000), errorCode: 'AccessDenied' }),
      usedFor(issued, { ...at(fence + 1_000), service: 'sts', name: 'GetCallerIdentity' }),
    ]);
    expect(result?.afterFence).toEqual({ allowed: 1, denied: 1 });
  });

  it('finds another key under the session’s name, and not the one a service goes on with', () => {
    const { userIdentity } = usedFor(issued);
    const other = { ...(userIdentity as object), accessKeyId: keyOf(9) };
    expect(use([usedFor(issued, { userIdentity: { ...other, invokedBy: 'AWS Internal' } })])?.otherKeys).toEqual([]);
    expect(use([usedFor(issued, { userIdentity: other })])?.otherKeys).toEqual([keyOf(9)]);
  });

  it('is found by name where the answer was lost, and in that account only', () => {
    expect(use([usedFor(lost)], lost)?.calls).toBe(1);
    const elsewhere = { ...lost, accountId: '333333333333' };
    expect(use([usedFor(elsewhere)], lost)).toBeUndefined();
  });
});
