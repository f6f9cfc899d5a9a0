import { BrokerError } from '../errors.ts';
import { issuanceIdOf } from '../ledger/issuance.ts';
import type { Clock } from '../platform/clock.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import { errorName } from '../platform/store-error.ts';
import type { Transition, TransitionLog } from '../platform/transition-log.ts';
import type { Within } from '../platform/within.ts';
import { type IssuanceProgress, isSettled } from './on-demand-answer.ts';
import type { RecordedRequest, RequestProgress } from './request-progress.ts';

export type WaitDependencies = {
  readonly progress: RequestProgress;
  readonly clock: Clock;
  readonly log: TransitionLog;
  /** Waits in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly within: Within;
};

/** What was found when everything was settled or the time was up. */
export type Found = {
  /** Undefined: the request is still on the queue. */
  readonly request: RecordedRequest | undefined;
  readonly issuances: readonly IssuanceProgress[];
};

const READS_AT_ONCE = 20;
/**
 * How long after the time is up the last look may end: half of what is left for the answer (`ANSWER_MS`). Otherwise a
 * store that does not answer would use up the function's time, and the caller would be told of an error.
 */
const LAST_LOOK_MS = 1_000;

/**
 * Reads a request again and again until it is refused, every account of it has ended, or the time is up. Issuances that
 * have ended are not read again. Never throws: a read that fails or takes too long is tried again, and logged once.
 */
export async function awaitOutcome(
  { requestId, untilMs }: { readonly requestId: string; readonly untilMs: number },
  { progress, clock, pause, within, log }: WaitDependencies,
): Promise<Found> {
  const startedAtMs = clock.nowMs();
  let isTold = false;
  const look = (before: Found): Promise<Found> => {
    const leftMs = Math.max(untilMs - clock.nowMs(), 0) + LAST_LOOK_MS;
    return within(leftMs, () => lookAgain(requestId, before, progress)).catch((error: unknown) => {
      if (!isTold) log.transition({ transition: 'request.outcomeUnread', requestId, ...toldOf(error) });
      isTold = true;
      return before;
    });
  };
  let found: Found = { request: undefined, issuances: [] };
  for (;;) {
    found = await look(found);
    if (isOver(found)) return found;
    const nowMs = clock.nowMs();
    const nextMs = Math.min(stepMs(nowMs - startedAtMs), untilMs - nowMs);
    if (nextMs <= 0) return found;
    await pause(nextMs);
  }
}

function isOver({ request, issuances }: Found): boolean {
  return request?.decision === 'refused' || (request !== undefined && issuances.every(isSettled));
}

async function lookAgain(requestId: string, before: Found, progress: RequestProgress): Promise<Found> {
  // A request's record is written once and never changes.
  const request = before.request ?? (await progress.readRequest(requestId));
  if (request?.decision !== 'allowed') return { request, issuances: [] };
  const issuances = before.issuances.length > 0 ? before.issuances : begin(request);
  const read = await runConcurrently(issuances, READS_AT_ONCE, (issuance) => readUnsettled(issuance, progress));
  return {
    request,
    issuances: read.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    }),
  };
}

function begin({ recordId, job, accountIds }: RecordedRequest & { decision: 'allowed' }): IssuanceProgress[] {
  return accountIds.map((accountId) => ({
    issuanceId: issuanceIdOf({ requestId: recordId, job, accountId }),
    accountId,
    state: 'new',
  }));
}

async function readUnsettled(issuance: IssuanceProgress, progress: RequestProgress): Promise<IssuanceProgress> {
  if (isSettled(issuance)) return issuance;
  const read = await progress.readIssuance(issuance.issuanceId);
  if (read === undefined) return issuance;
  const code = read.refusal?.reason ?? read.code;
  return {
    ...issuance,
    state: read.state,
    ...(code === undefined ? {} : { code }),
    ...(read.refusal === undefined ? {} : { explanation: read.refusal.explanation }),
  };
}

function toldOf(error: unknown): Pick<Transition, 'code' | 'explanation'> {
  if (error instanceof BrokerError) return { code: error.code, explanation: error.message };
  return { code: 'internal', explanation: errorName(error) };
}

/** The pause before the next look: short at first, because most requests are over soon, then longer and longer. */
function stepMs(waitedMs: number): number {
  if (waitedMs < 2_000) return 200;
  return waitedMs < 10_000 ? 500 : 1_000;
}
