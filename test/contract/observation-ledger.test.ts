import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeCorrelationStateStore } from '../../lib/audit/correlation/correlation-state.ts';
import { makeAnnouncingRecords } from '../../lib/audit/correlation/dynamo-announcing-records.ts';
import { makeObservationLedger } from '../../lib/audit/correlation/dynamo-observation-ledger.ts';
import type { ObservationLedger } from '../../lib/audit/correlation/observation-ledger.ts';
import { type ObservationRecord, observationIdOfSession } from '../../lib/audit/correlation/observation-record.ts';
import { makeAuditStore } from '../../lib/audit/questions/dynamo-audit-store.ts';
import { utcDay } from '../../lib/ledger/issuance.ts';
import { CORRELATION_SHARD } from '../../lib/platform/table-keys.ts';
import { anIntended, anIssued } from '../support/an-issuance.ts';
import { inMemoryObservationLedger } from '../support/correlation/in-memory-observation-ledger.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { failingWith, losingAnswers } from '../support/failing-dynamo.ts';
import { START_MS } from '../support/frozen-clock.ts';

const dynamo = withTables();
const config = { ...tables, limitsTable: 'test-limits' };
const inDynamo = (client = dynamo.client()) => makeObservationLedger({ dynamo: client, config });

let count = 0;
function anObservation(change: Partial<ObservationRecord> = {}): ObservationRecord {
  count += 1;
  const sessionName = `session-${count}`;
  const call = { eventId: 'e', stsRequestId: `r-${count}`, atMs: START_MS, receivedAtMs: START_MS };
  return {
    recordId: observationIdOfSession(sessionName),
    recordType: 'observation',
    version: 1,
    sessionName,
    calls: [call],
    uncounted: 0,
    told: [],
    recordedAtMs: START_MS,
    ...change,
  };
}

describe.each<[string, () => ObservationLedger]>([
  ['in memory', inMemoryObservationLedger],
  ['in DynamoDB', () => inDynamo()],
])('the ledger of observations, %s', (_, make) => {
  it('writes a new record once', async () => {
    const ledger = make();
    const record = anObservation();
    expect(await ledger.read(record.recordId)).toBeUndefined();
    expect(await ledger.write(undefined, record)).toBe(true);
    expect(await ledger.write(undefined, record)).toBe(false);
    expect(await ledger.read(record.recordId)).toEqual(record);
  });

  it('writes over the version that it was given, and over no other', async () => {
    const ledger = make();
    const first = anObservation();
    const second = { ...first, version: 2, told: ['r'] };
    await ledger.write(undefined, first);
    expect(await ledger.write(first, second)).toBe(true);
    expect(await ledger.write(first, { ...second, told: [] })).toBe(false);
    expect(await ledger.read(first.recordId)).toEqual(second);
  });

  it('finds what is due until it is not any more', async () => {
    const ledger = make();
    const due = anObservation({ dueShard: CORRELATION_SHARD, dueAtMs: START_MS + 5 });
    const { dueShard: _shard, dueAtMs: _at, ...settled } = due;
    await ledger.write(undefined, due);
    expect(await ledger.due({ nowMs: START_MS + 4, limit: 10 })).not.toContain(due.recordId);
    expect(await ledger.due({ nowMs: START_MS + 5, limit: 10 })).toContain(due.recordId);
    await ledger.write(due, { ...settled, version: 2 });
    expect(await ledger.due({ nowMs: START_MS + 5, limit: 10 })).not.toContain(due.recordId);
  });

  it('takes nothing that has not the shape of an observation', async () => {
    const odd = { ...anObservation(), sessionToken: 'x' };
    await expect(make().write(undefined, odd)).rejects.toMatchObject({ code: 'store.itemInvalid' });
  });
});

describe('the ledger of observations in DynamoDB', () => {
  it('says of a write whose answer was lost that it was not made: it is due, and looked at again', async () => {
    const record = anObservation({ dueShard: CORRELATION_SHARD, dueAtMs: START_MS });
    expect(await inDynamo(losingAnswers(dynamo.client(), 1)).write(undefined, record)).toBe(false);
    expect(await inDynamo().read(record.recordId)).toEqual(record);
  });

  it('finds what is due behind any number of other rows that somebody put before it', async () => {
    const put = (recordId: string, dueAtMs: number) =>
      new PutCommand({ TableName: tables.ledgerTable, Item: { recordId, dueShard: CORRELATION_SHARD, dueAtMs } });
    for (let index = 0; index < 5; index += 1) await dynamo.client().send(put(`scan-account.${index}`, index));
    const due = anObservation({ dueShard: CORRELATION_SHARD, dueAtMs: 100 });
    await inDynamo().write(undefined, due);
    expect(await inDynamo().due({ nowMs: 100, limit: 5 })).toEqual([due.recordId]);
  });

  it('fails as a store', async () => {
    const broken = inDynamo(failingWith(dynamo.client(), new Error('secret message')));
    const calls = [broken.read('x'), broken.write(undefined, anObservation()), broken.due({ nowMs: 1, limit: 1 })];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'store.unavailable' });
  });
});

describe('what was announced, in DynamoDB', () => {
  const records = () => makeAnnouncingRecords({ dynamo: dynamo.client(), config });
  const put = (Item: object) =>
    dynamo.client().send(new PutCommand({ TableName: tables.ledgerTable, Item: { ...Item } }));

  it('is read without the ticket', async () => {
    const issued = anIssued(anIntended('announced'));
    await put(issued);
    const read = await records().read(issued.recordId);
    expect(read).toMatchObject({ recordType: 'issuance', recordId: issued.recordId, state: 'issued' });
    expect(JSON.stringify(read)).not.toContain('ticket');
    expect(JSON.stringify(read)).not.toContain('wrappedKey');
  });

  it('is found by STS request, account and day, in pages', async () => {
    const day = utcDay(START_MS);
    const made = ['a', 'b', 'c'].map((name, index) => ({
      ...anIssued(anIntended(`page ${name}`)),
      lastStsRequestId: `sts-${name}`,
      accountId: '444444444444',
      recordedAtMs: START_MS + 1_000 + index,
    }));
    for (const item of made) await put(item);
    const ids = made.map(({ recordId }) => recordId);
    const range = { fromMs: START_MS + 1_000, toMs: START_MS + 1_002 };
    expect(await records().byStsRequest('sts-b')).toEqual([ids[1]]);
    const ofAccount = await records().ofAccount({ accountId: '444444444444', ...range, limit: 2 });
    expect(ofAccount.map(({ recordId }) => recordId)).toEqual([ids[2], ids[1]]);
    const [first, second] = await records().ofDay({ day, ...range, limit: 2 });
    expect([first?.recordId, second?.recordId]).toEqual(ids.slice(0, 2));
    const after = { recordedAtMs: second?.recordedAtMs ?? 0, recordId: second?.recordId ?? '' };
    const rest = await records().ofDay({ day, ...range, limit: 2, after });
    expect(rest).toMatchObject([{ recordId: ids[2], recordType: 'issuance' }]);
    const newest = await records().ofDay({ day, ...range, limit: 1, newestFirst: true });
    expect(newest.map(({ recordId }) => recordId)).toEqual([ids[2]]);
    const [third] = rest;
    const before = { recordedAtMs: third?.recordedAtMs ?? 0, recordId: third?.recordId ?? '' };
    const older = await records().ofDay({ day, ...range, limit: 2, newestFirst: true, after: before });
    expect(older.map(({ recordId }) => recordId)).toEqual([ids[1], ids[0]]);
  });

  it('is legible whatever a job wrote where it may', async () => {
    const issued = anIssued(anIntended('odd'));
    await put({ ...issued, state: 7, report: { odd: true } });
    expect(await records().read(issued.recordId)).toMatchObject({ state: '' });
  });

  it('is nothing that a request or an observation says', async () => {
    const seen = anObservation();
    await put(seen);
    expect(await records().read(seen.recordId)).toBeUndefined();
  });
});

describe('the state of the correlation', () => {
  const store = () => makeCorrelationStateStore({ dynamo: dynamo.client(), config });

  it('moves by version, and tells whoever answers questions how far it came', async () => {
    const upTo = makeAuditStore({ dynamo: dynamo.client(), config }).readCorrelatedUpToMs;
    expect([await store().read(), await upTo()]).toEqual([undefined, undefined]);
    const state = { correlatedUpToMs: START_MS, later: [{ recordId: 'x', lookAtMs: 1 }] };
    expect(await store().write(0, state)).toEqual({ ...state, version: 1 });
    expect(await store().write(0, state)).toBeUndefined();
    expect(await store().read()).toMatchObject({ ...state, version: 1 });
    expect(await upTo()).toBe(START_MS);
  });

  it('remembers who was told of, for as long as the walk may go back', async () => {
    expect(await store().wasTold('name.1')).toBe(false);
    await store().markTold('name.1', START_MS);
    expect(await store().wasTold('name.1')).toBe(true);
  });
});
