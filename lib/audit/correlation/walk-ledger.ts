import { utcDay } from '../../ledger/issuance.ts';
import { runConcurrently } from '../../platform/run-concurrently.ts';
import { ANNOUNCING } from './announcements.ts';
import type { IndexedRecord } from './announcing-record.ts';
import type { CorrelationState } from './correlation-state.ts';
import { findMissing, type MissingDependencies, ripeBeforeMs } from './find-missing.ts';

/** Rows of a page, and how many of them are looked at at a time. */
const PAGE = 100;
const SIDE_BY_SIDE = 10;
/** Records that wait for their hour in the row of the state: it must stay small. */
const MOST_WAITING = 500;
const DAY_MS = 24 * 60 * 60_000;

export type Budget = { readonly hasTime: () => boolean };

/** Looks once more at the records that were not ripe when the walk came by. */
export async function walkLater(
  state: CorrelationState,
  { hasTime }: Budget,
  missing: MissingDependencies,
): Promise<CorrelationState> {
  const nowMs = missing.clock.nowMs();
  const due = state.later.filter(({ lookAtMs }) => lookAtMs <= nowMs);
  const waiting = state.later.filter(({ lookAtMs }) => lookAtMs > nowMs);
  while (due.length > 0 && hasTime()) {
    waiting.push(...(await lookAt(due.splice(0, SIDE_BY_SIDE), missing)));
  }
  return { ...state, later: [...waiting, ...due] };
}

/**
 * Walks over what was recorded since the last time and is an hour old, day by day in the order of its recording, one page
 * a call. `done`: there is no more for now.
 */
export async function walkPage(
  state: CorrelationState,
  missing: MissingDependencies,
): Promise<{ readonly state: CorrelationState; readonly done: boolean }> {
  if (state.later.length > MOST_WAITING) return { state, done: true };
  const toMs = ripeBeforeMs(missing.clock.nowMs());
  const day = state.walkedTo?.day ?? utcDay(state.correlatedUpToMs);
  const after = state.walkedTo && { recordedAtMs: state.walkedTo.recordedAtMs, recordId: state.walkedTo.recordId };
  const fromMs = state.walkedTo?.recordedAtMs ?? state.correlatedUpToMs;
  if (fromMs > toMs) return { state, done: true };
  const rows = await missing.records.ofDay({ day, fromMs, toMs, limit: PAGE, ...(after && { after }) });
  const announcing = rows.filter(({ recordType }) => ANNOUNCING.has(recordType));
  const later = [...state.later, ...(await lookAt(announcing, missing))];
  const last = rows.at(-1);
  if (last !== undefined && rows.length === PAGE) {
    const { recordedAtMs, recordId } = last;
    const walkedTo = { day, recordedAtMs, recordId };
    return { state: { ...state, later, walkedTo, correlatedUpToMs: recordedAtMs }, done: false };
  }
  const { walkedTo: _done, ...rest } = state;
  const midnightMs = Date.parse(`${day}T00:00:00.000Z`) + DAY_MS;
  if (midnightMs <= toMs) return { state: { ...rest, later, correlatedUpToMs: midnightMs }, done: false };
  // One of the same millisecond may be found later by the index: it is walked over again, and told of once.
  return { state: { ...rest, later, correlatedUpToMs: toMs }, done: true };
}

async function lookAt(
  records: readonly Pick<IndexedRecord, 'recordId'>[],
  missing: MissingDependencies,
): Promise<CorrelationState['later']> {
  const looked = await runConcurrently(records, SIDE_BY_SIDE, async ({ recordId }) => ({
    recordId,
    lookAtMs: await findMissing(recordId, missing),
  }));
  return looked.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    const { recordId, lookAtMs } = outcome.value;
    return lookAtMs === undefined ? [] : [{ recordId, lookAtMs }];
  });
}
