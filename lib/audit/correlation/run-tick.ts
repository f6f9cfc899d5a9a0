import { BrokerError } from '../../errors.ts';
import { checkTrail, type TrailDependencies } from './check-trail.ts';
import type { CorrelationState, CorrelationStateStore, VersionedState } from './correlation-state.ts';
import { type MissingDependencies, ripeBeforeMs } from './find-missing.ts';
import { findSilence } from './find-silence.ts';
import { judgeAgain } from './judge-again.ts';
import { type Budget, walkLater, walkPage } from './walk-ledger.ts';

export type TickDependencies = MissingDependencies & TrailDependencies & { readonly states: CorrelationStateStore };
export type TickResult = { readonly judged: number; readonly correlatedUpToMs: number };

/** The time that is left for finishing a step once it has begun. */
const LEFT_MS = 15_000;
/** These are ids only. */
const DUE_AT_A_TIME = 1_000;
/** How far back the first walk begins: no attempt is made later than a day after its issuance is recorded. */
const FIRST_WALK_MS = 25 * 60 * 60_000;
/** After this long without a tick something was down, and the events that waited for us are handled first. */
const PAUSE_MS = 15 * 60_000;
/** A walk that is this far behind does not find a missing session within two hours. */
const BEHIND_MS = 60 * 60_000;
/** The state is written once per this many pages: what is walked over twice is still reported once. */
const PAGES_A_WRITE = 10;

/**
 * The work that is due every five minutes: verdicts that were not final, sessions that CloudTrail does not show,
 * silence, and the trail itself. It continues where the last tick ended. Errors are `store.*`; the next tick is the
 * retry.
 */
export async function runTick(
  { remainingMs }: { readonly remainingMs: () => number },
  tick: TickDependencies,
): Promise<TickResult> {
  const hasTime = () => remainingMs() > LEFT_MS;
  const judged = await judgeDue({ hasTime }, tick);
  let state = await begin(tick);
  state = await listen(state, tick);
  state = await kept(state, await checkTrail(state, tick.clock.nowMs(), tick), tick);
  state = await walk(state, { hasTime }, tick);
  state = await kept(state, { ...state, tickedAtMs: tick.clock.nowMs() }, tick);
  sayWhereBehind(state, tick);
  return { judged, correlatedUpToMs: state.correlatedUpToMs };
}

/**
 * Too many sessions wait, or there is too little time for a walk. Without this line in the log, nobody would learn that
 * missing sessions are not reported.
 */
function sayWhereBehind({ correlatedUpToMs }: VersionedState, { clock, log }: TickDependencies): void {
  if (ripeBeforeMs(clock.nowMs()) - correlatedUpToMs <= BEHIND_MS) return;
  const explanation = `the ledger was held against CloudTrail up to ${new Date(correlatedUpToMs).toISOString()} alone`;
  log.transition({ transition: 'correlation.behind', explanation });
}

/**
 * A record that cannot be judged does not hold up the others. A full page is logged, because more records wait: a flood
 * of calls must not hide a stray.
 */
async function judgeDue({ hasTime }: Budget, tick: TickDependencies): Promise<number> {
  let judged = 0;
  const due = await tick.ledger.due({ nowMs: tick.clock.nowMs(), limit: DUE_AT_A_TIME });
  if (due.length === DUE_AT_A_TIME) {
    const explanation = `${DUE_AT_A_TIME} calls wait to be judged again, or more: what is a stray among them is told later`;
    tick.log.transition({ transition: 'correlation.behind', explanation });
  }
  for (const recordId of due) {
    if (!hasTime()) break;
    try {
      await judgeAgain(recordId, tick);
      judged += 1;
    } catch (error) {
      const code = error instanceof BrokerError ? error.code : 'internal';
      tick.log.transition({ transition: 'observation.notJudged', issuanceId: recordId, code });
    }
  }
  return judged;
}

async function begin({ states, clock }: TickDependencies): Promise<VersionedState> {
  const nowMs = clock.nowMs();
  const before = await states.read();
  const { version, ...state } = before ?? { version: 0, correlatedUpToMs: nowMs - FIRST_WALK_MS, later: [] };
  const wasDown = state.tickedAtMs !== undefined && nowMs - state.tickedAtMs > PAUSE_MS;
  const after = wasDown ? { ...state, tickedAtMs: nowMs, holdUntilMs: nowMs + PAUSE_MS } : state;
  return written(version, after, states);
}

async function listen(state: VersionedState, tick: TickDependencies): Promise<VersionedState> {
  const heard = await findSilence(tick);
  if (heard === 'silent' && state.silentSinceMs === undefined) {
    const explanation = 'sessions were made, and CloudTrail has shown none of them for half an hour';
    tick.log.transition({ transition: 'trail.silent', explanation });
    await tick.tell({ detailType: 'TrailSilent', detail: {} });
    return kept(state, { ...state, silentSinceMs: tick.clock.nowMs() }, tick);
  }
  if (heard !== 'heard' || state.silentSinceMs === undefined) return state;
  tick.log.transition({ transition: 'trail.heard' });
  const { silentSinceMs: _over, ...after } = state;
  return kept(state, after, tick);
}

async function walk(begun: VersionedState, budget: Budget, tick: TickDependencies): Promise<VersionedState> {
  if ((begun.holdUntilMs ?? 0) > tick.clock.nowMs()) return begun;
  let state = await kept(begun, await walkLater(begun, budget, tick), tick);
  for (let done = false; !done && budget.hasTime(); ) {
    let after: CorrelationState = state;
    for (let page = 0; page < PAGES_A_WRITE && !done && budget.hasTime(); page += 1) {
      ({ state: after, done } = await walkPage(after, tick));
    }
    state = await kept(state, after, tick);
  }
  return state;
}

async function kept(
  { version }: VersionedState,
  after: CorrelationState,
  { states }: TickDependencies,
): Promise<VersionedState> {
  return written(version, after, states);
}

/** If another tick runs at the same time, this one ends: what it did is done, and reported once. */
async function written(
  version: number,
  after: CorrelationState,
  states: CorrelationStateStore,
): Promise<VersionedState> {
  const state = await states.write(version, after);
  if (state === undefined) throw new BrokerError('store.busy', 'another tick runs at the same time');
  return state;
}
