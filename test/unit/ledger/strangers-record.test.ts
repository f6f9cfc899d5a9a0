import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { sumUpStrangers } from '../../../lib/broker/sum-up-strangers.ts';
import { strangersRecord, strangersRecordSchema } from '../../../lib/ledger/strangers-record.ts';
import { strangersTransition } from '../../../lib/ledger/transition-lines.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';
import { inMemoryLedger } from '../../support/in-memory-ledger.ts';

const minuteMs = START_MS - (START_MS % 60_000);
const nowMs = minuteMs + 120_000;
const account = '111111111111';
const event = { kind: 'event' as const, account, name: 'com.example.x' };
const record = (source: Parameters<typeof strangersRecord>[0]['source'], at = minuteMs) =>
  strangersRecord({ source, minuteMs: at }, { counted: 7, nowMs });

describe('the record of a minute’s strangers', () => {
  it.each([
    ['a source', event, event],
    ['all sources of an account', { kind: 'event' as const, account }, { kind: 'event', account }],
    ['whoever sends messages', { kind: 'message' as const }, { kind: 'message' }],
  ])('says of %s how many came, and when', (_, source, told) => {
    const { recordId, ...rest } = record(source);
    const times = { minuteMs, recordedAtMs: nowMs, day: '2031-05-06' };
    expect(rest).toStrictEqual({ recordType: 'strangers', ...told, counted: 7, ...times });
    expect(v.is(strangersRecordSchema, { recordId, ...rest })).toBe(true);
  });

  it('is another one for each source and minute, and the same one when it comes again', () => {
    const ids = [
      record(event),
      record({ kind: 'event', account }),
      record({ kind: 'event', account, name: '' }),
      record({ kind: 'event', account, name: 'all' }),
      record({ kind: 'event', account: '222222222222', name: event.name }),
      record({ ...event, kind: 'invoke' }),
      record(event, minuteMs + 60_000),
      record({ kind: 'message' }),
    ].map(({ recordId }) => recordId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(record(event).recordId).toBe(ids[0]);
  });

  it.each([
    [event, 'event of 111111111111'],
    [{ kind: 'message' as const }, 'message'],
  ])('is a line of the log that names whose they were: %o', (source, from) => {
    expect(strangersTransition(record(source))).toStrictEqual({
      transition: 'strangers.counted',
      code: 'requester.notAllowed',
      explanation: `7 refusals of one minute, from ${from}, were counted and not recorded one by one`,
    });
  });

  it.each([
    ['waits while one that counts may still run', 119_999, 7, 'again', 0],
    ['is written once the minute is settled', 120_000, 7, 'settled', 1],
    ['is not written where nobody was counted', 120_000, 0, 'settled', 0],
  ])('%s', async (_, afterMs, counted, outcome, written) => {
    const ledger = inMemoryLedger();
    const strangers = { note: async () => 'counted' as const, countedIn: async () => counted };
    const clock = frozenClock(minuteMs + afterMs);
    const message = { kind: 'strangers' as const, minute: { source: event, minuteMs } };
    expect(await sumUpStrangers(message, { strangers, ledger, clock })).toBe(outcome);
    expect(ledger.items.size).toBe(written);
  });
});
