import { BrokerError } from '../../errors.ts';
import type { AssumeRoleEvent } from '../cloudtrail-event.ts';
import type { Announcement } from './announcements.ts';
import { asJudged, callOf, isWaitedFor, observationIdOf, untoldStrays, withCall } from './grow-record.ts';
import { type JudgeDependencies, type JudgedRecord, judgeRecord, judgeSession } from './judge-record.ts';
import type { ObservationLedger } from './observation-ledger.ts';
import type { ObservationRecord } from './observation-record.ts';
import { logVerdicts, type TellDependencies, tellStray } from './tell-verdicts.ts';

export type CorrelationDependencies = JudgeDependencies & TellDependencies & { readonly ledger: ObservationLedger };

/** Few others write the same record at the same time: deliveries of one call, and of calls under one name. */
const MOST_TRIES = 8;

/**
 * Records one AssumeRole that CloudTrail showed, judges it, and reports it if it is a stray. A call that is on record
 * is left alone, so that deliveries in any number and order have the same result. Throws `store.*` where the call could
 * not be recorded or judged; where only the report failed, the record is due and the tick reports it.
 */
export async function observeCall(event: AssumeRoleEvent, correlation: CorrelationDependencies): Promise<void> {
  // The record is another account's copy, or belongs to another stage's role whose name begins like ours.
  if (event.callerRoleArn === undefined || !correlation.roles.isOurs(event.callerRoleArn)) return;
  const announcement = await announcementOf(event, correlation);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (await recordOnce(event, announcement, correlation)) return;
  }
  throw new BrokerError('store.busy', 'an observation was written by others again and again');
}

/** False: somebody else wrote the record in the meantime. */
async function recordOnce(
  event: AssumeRoleEvent,
  announcement: Announcement | undefined,
  correlation: CorrelationDependencies,
): Promise<boolean> {
  const { ledger, clock } = correlation;
  const before = await ledger.read(observationIdOf(event));
  const nowMs = clock.nowMs();
  const grown = withCall(before, event, { nowMs, announcedKey: announcement?.session.accessKeyId });
  if (grown === undefined) return before === undefined || tellForgotten(before, announcement, correlation);
  if (before !== undefined && grown.uncounted > before.uncounted) {
    await tellUncounted({ before, event, announcement, nowMs }, correlation);
  }
  const judged = await judgedNow(grown, announcement, correlation);
  const was = before && (await judgedNow(before, announcement, correlation));
  const teller = before && was && isBeingTold(before, was, nowMs) ? before.dueAtMs : undefined;
  const after = { ...asJudged(grown, judged, { nowMs }), ...(teller === undefined ? {} : { dueAtMs: teller }) };
  if (!(await ledger.write(before, after))) return false;
  const added = judged.calls.filter(({ stsRequestId }) => stsRequestId === event.stsRequestId);
  logVerdicts(after, judged, added, correlation);
  if (teller === undefined && untoldStrays(after, judged).length > 0) await tellAndMark(after, judged, correlation);
  return true;
}

async function judgedNow(
  record: ObservationRecord,
  announcement: Announcement | undefined,
  correlation: CorrelationDependencies,
): Promise<JudgedRecord> {
  return record.sessionName === undefined
    ? judgeRecord(record, correlation)
    : judgeSession(record, announcement, correlation);
}

/**
 * A call on record was judged when it was recorded: it has been reported, is due, or needs no report. A call to which
 * none of this applies was put there by somebody else, and is judged as if it came now. False: somebody else wrote the
 * record in the meantime.
 */
async function tellForgotten(
  before: ObservationRecord,
  announcement: Announcement | undefined,
  correlation: CorrelationDependencies,
): Promise<boolean> {
  const nowMs = correlation.clock.nowMs();
  if (isWaitedFor(before, nowMs)) return true;
  const judged = await judgedNow(before, announcement, correlation);
  const held = { ...asJudged(before, judged, { nowMs }), version: before.version + 1 };
  // The verdict is final, and there is no stray left to report.
  if (held.dueAtMs === undefined) return true;
  if (!(await correlation.ledger.write(before, held))) return false;
  if (untoldStrays(held, judged).length > 0) await tellAndMark(held, judged, correlation);
  return true;
}

type Uncounted = {
  readonly before: ObservationRecord;
  readonly event: AssumeRoleEvent;
  readonly announcement: Announcement | undefined;
  readonly nowMs: number;
};

/**
 * A call beyond those that are kept leaves nothing to report later, so it is reported before it is counted: otherwise
 * anyone who has filled a name could use it freely from then on. Throws `store.busy` while the verdict is awaited: the
 * call then waits in the queue.
 */
async function tellUncounted({ before, event, announcement, nowMs }: Uncounted, correlation: CorrelationDependencies) {
  const calls = [...before.calls, callOf(event, nowMs)];
  const judged = judgeSession({ calls }, announcement, correlation);
  const call = judged.calls.find(({ stsRequestId }) => stsRequestId === event.stsRequestId);
  if (call?.verdict === 'awaited') throw new BrokerError('store.busy', 'a call beyond those that are kept is awaited');
  if (call?.verdict === 'stray') await tellStray({ ...before, ...judged }, call, correlation);
}

async function announcementOf({ call }: AssumeRoleEvent, { announcements }: CorrelationDependencies) {
  return call.outcome === 'allowed' ? announcements.bySessionName(call.sessionName) : undefined;
}

/**
 * Whether another invocation is reporting already: the one that writes a stray holds the record until it is due, and
 * reports whatever is added to it meanwhile.
 */
function isBeingTold(before: ObservationRecord, judged: JudgedRecord, nowMs: number): boolean {
  const isHeld = isWaitedFor(before, nowMs) && (before.dueAtMs ?? 0) > nowMs;
  return isHeld && untoldStrays(before, judged).length > 0;
}

/**
 * Reports every stray of a record that the caller holds, and marks it. The mark is written after the report: a crash
 * between the two leads to a second report with the same id, and never to none.
 */
export async function tellAndMark(
  held: ObservationRecord,
  judgedFirst: JudgedRecord,
  correlation: CorrelationDependencies,
): Promise<void> {
  const { ledger, clock, log } = correlation;
  let [record, judged] = [held, judgedFirst];
  const told = new Set<string>();
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    try {
      for (const stray of untoldStrays({ told: [...record.told, ...told] }, judged)) {
        await tellStray({ ...record, ...judged }, stray, correlation);
        told.add(stray.stsRequestId);
      }
    } catch (error) {
      const code = error instanceof BrokerError ? error.code : 'internal';
      log.transition({ transition: 'stray.notTold', code, explanation: 'it is told when it is due' });
    }
    const all = [...new Set([...record.told, ...told])];
    const marked = asJudged(record, judged, { nowMs: clock.nowMs(), told: all });
    if (await ledger.write(record, { ...marked, version: record.version + 1 })) return;
    const there = await ledger.read(record.recordId);
    if (there === undefined) return;
    record = there;
    judged = await judgeRecord(record, correlation);
  }
}
