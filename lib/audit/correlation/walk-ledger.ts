import { utcDay } from '../../ledger/issuance.ts';
import { runConcurrently } from '../../platform/run-concurrently.ts';
import { ANNOUNCING } from './announcements.ts';
import type { IndexedRecord } from './announcing-record.ts';
import type { CorrelationState } from './correlation-state.ts';
import { findMissing, type MissingDependencies, ripeBeforeMs } from './find-missing.ts';

/** The rows of a page, and how many of them are checked at once. */
const PAGE = 100;
const SIDE_BY_SIDE = 10;
/** How many records may wait for their hour in the row of the state, which must stay small. */
const MOST_WAITING = 500;
const DAY_MS = 24 * 60 * 60_000;

export type Budget = { readonly hasTime: () => boolean };

/** Checks again the records that were not ripe when the walk reached them. */
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
 * Walks over the records that were made since the last walk and are an hour old, day by day in the order of their
 * recording, one page per call. `done`: there are no more for now.
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
  // The index may show a record of the same millisecond later: the millisecond is walked over again, and reported once.
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
