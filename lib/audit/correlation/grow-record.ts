import { utcDay } from '../../ledger/issuance.ts';
import { CORRELATION_SHARD } from '../../platform/table-keys.ts';
import type { AssumeRoleEvent } from '../cloudtrail-event.ts';
import type { JudgedCall, JudgedRecord } from './judge-record.ts';
import {
  MOST_CALLS_KEPT,
  type ObservationRecord,
  type ObservedCall,
  observationIdOfDenial,
  observationIdOfSession,
} from './observation-record.ts';

/** How observations grow: pure functions from the record before to the record after, which is one version later. */

/**
 * How long a record is held by the invocation that reports its strays, so that no other reports the same ones. After a
 * crash, another invocation takes over once this time has passed.
 */
const TELLING_MS = 2 * 60_000;
/** How long until an undecided call is judged again: the tick comes just as often. */
const LOOK_AGAIN_MS = 5 * 60_000;
/** No tool has so long a name. Callers choose this text; a character that is cut in half is replaced. */
const LONGEST_USER_AGENT = 256;

export function observationIdOf({ call, stsRequestId }: AssumeRoleEvent): string {
  return call.outcome === 'allowed' ? observationIdOfSession(call.sessionName) : observationIdOfDenial(stsRequestId);
}

/** The parts of an event that are kept. Each is named here, so that nothing else can come along. */
export function callOf(event: AssumeRoleEvent, receivedAtMs: number): ObservedCall {
  const { eventId, stsRequestId, atMs, callerRoleArn, sourceIpAddress, userAgent, call } = event;
  return {
    eventId,
    stsRequestId,
    atMs,
    receivedAtMs,
    ...(callerRoleArn === undefined ? {} : { callerRoleArn }),
    ...(sourceIpAddress === undefined ? {} : { sourceIpAddress }),
    ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, LONGEST_USER_AGENT).toWellFormed() }),
    ...(call.outcome === 'allowed'
      ? { roleArn: call.roleArn, accessKeyId: call.accessKeyId, assumedRoleId: call.assumedRoleId }
      : { errorCode: call.errorCode, ...(call.roleArn === undefined ? {} : { roleArn: call.roleArn }) }),
  };
}

/**
 * The record with one more call; undefined when it holds the call already. One place is reserved for the session that
 * was announced; further calls beyond the limit are only counted.
 */
export function withCall(
  before: ObservationRecord | undefined,
  event: AssumeRoleEvent,
  { nowMs, announcedKey }: { readonly nowMs: number; readonly announcedKey: string | undefined },
): ObservationRecord | undefined {
  const call = callOf(event, nowMs);
  const keys = { ...(call.accessKeyId && { lastAccessKeyId: call.accessKeyId }), lastStsRequestId: call.stsRequestId };
  if (before === undefined) {
    const name = event.call.outcome === 'allowed' ? { sessionName: event.call.sessionName } : {};
    return {
      recordId: observationIdOf(event),
      recordType: 'observation',
      version: 1,
      ...name,
      calls: [call],
      uncounted: 0,
      told: [],
      recordedAtMs: nowMs,
      ...keys,
    };
  }
  if (before.calls.some((each) => isSameCall(each, call))) return undefined;
  const version = before.version + 1;
  const isAnnounced = call.accessKeyId !== undefined && call.accessKeyId === announcedKey;
  const places = isAnnounced ? MOST_CALLS_KEPT : MOST_CALLS_KEPT - 1;
  if (before.calls.length >= places) return { ...before, version, uncounted: before.uncounted + 1 };
  return { ...before, version, calls: [...before.calls, call], ...keys };
}

function isSameCall(one: ObservedCall, other: ObservedCall): boolean {
  return one.stsRequestId === other.stsRequestId && one.accessKeyId === other.accessKeyId;
}

/** The strays that nobody was told of yet. */
export function untoldStrays(
  { told }: Pick<ObservationRecord, 'told'>,
  { calls }: JudgedRecord,
): readonly JudgedCall[] {
  return calls.filter(({ verdict, stsRequestId }) => verdict === 'stray' && !told.includes(stsRequestId));
}

/**
 * The record with what was found about it: where it belongs, whether it holds a stray, and when it is checked again.
 */
export function asJudged(
  record: ObservationRecord,
  judged: JudgedRecord,
  { nowMs, told = record.told }: { readonly nowMs: number; readonly told?: readonly string[] },
): ObservationRecord {
  const { dueShard: _shard, dueAtMs: _due, ...rest } = record;
  const [stray] = judged.calls.filter(({ verdict }) => verdict === 'stray');
  const accountId = stray?.roleArn?.split(':')[4];
  const dueAtMs = nextLookMs({ ...record, told: [...told] }, judged, nowMs);
  return {
    ...rest,
    told: [...told],
    ...(judged.of === undefined ? {} : { of: judged.of }),
    ...(stray === undefined ? {} : { exception: 'stray', day: utcDay(record.recordedAtMs) }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(dueAtMs === undefined ? {} : { dueShard: CORRELATION_SHARD, dueAtMs }),
  };
}

/**
 * Whether the tick will soon reach the record by itself. We never set a later due time, nor a shard that the tick does
 * not read: a record with either was planted.
 */
export function isWaitedFor(
  { dueShard, dueAtMs }: Pick<ObservationRecord, 'dueShard' | 'dueAtMs'>,
  nowMs: number,
): boolean {
  return dueShard === CORRELATION_SHARD && dueAtMs !== undefined && dueAtMs - nowMs <= LOOK_AGAIN_MS;
}

function nextLookMs(record: ObservationRecord, judged: JudgedRecord, nowMs: number): number | undefined {
  if (untoldStrays(record, judged).length > 0) return nowMs + TELLING_MS;
  return judged.calls.some(({ verdict }) => verdict === 'awaited') ? nowMs + LOOK_AGAIN_MS : undefined;
}
