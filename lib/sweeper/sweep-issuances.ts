import { assertNever, BrokerError } from '../errors.ts';
import { isOpenForCaller, sweptForCaller } from '../ledger/caller-issuance.ts';
import { type Issuance, type IssuanceIn, LIMITS, type OpenIssuance } from '../ledger/issuance.ts';
import { failed, settled, unknown, usedUp } from '../ledger/issuance-endings.ts';
import { leaseExpired, rescheduled, ticketRemoved } from '../ledger/issuance-transitions.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Clock } from '../platform/clock.ts';
import { sha256Hex } from '../platform/ids.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import { brokerRecordBody } from '../requests/broker-record.ts';

export type SweepDependencies = {
  readonly ledger: Ledger;
  readonly sendToQueue: (body: string) => Promise<void>;
  readonly log: TransitionLog;
  readonly clock: Clock;
};

export type SweepResult = { readonly looked: number; readonly moved: number; readonly broken: number };

const PAGE = 100;
const AT_ONCE = 8;
const BROKEN_LATER_MS = 60 * 60_000;

/**
 * Takes every issuance that is due, and hands it back to the queue or ends it. The sweeper never calls STS, never
 * reads a tenant, and ends an issuance rather than guess. Every write is conditional, so two sweepers at once do no
 * harm. An issuance that cannot be moved is postponed, so that it does not keep the others waiting.
 *
 * @throws the first error that is not caused by a single row, after all other issuances were seen to.
 */
export async function sweepIssuances(
  { remainingMs }: { readonly remainingMs: () => number },
  sweeper: SweepDependencies,
): Promise<SweepResult> {
  const result = { looked: 0, moved: 0, broken: 0 };
  const problems: unknown[] = [];
  for (let more = true; more; ) {
    const ids = await sweeper.ledger.due({ nowMs: sweeper.clock.nowMs(), limit: PAGE });
    const outcomes = await runConcurrently(ids, AT_ONCE, (issuanceId) => sweepOne(issuanceId, problems, sweeper));
    problems.push(...outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])));
    const told = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    result.looked += told.length;
    result.moved += told.filter((one) => one === 'moved').length;
    result.broken += told.filter((one) => one === 'broken').length;
    // A page on which nothing moved would come back the same, because the index lags: left to the next sweep.
    const progressed = told.some((one) => one !== 'left');
    more = ids.length === PAGE && progressed && remainingMs() >= 10_000;
  }
  if (problems.length > 0) throw problems[0];
  return result;
}

type Swept = 'moved' | 'left' | 'broken' | 'putOff';

async function sweepOne(issuanceId: string, problems: unknown[], sweeper: SweepDependencies): Promise<Swept> {
  try {
    const issuance = await sweeper.ledger.readIssuance(issuanceId);
    const nowMs = sweeper.clock.nowMs();
    if (issuance?.dueAtMs === undefined || issuance.dueAtMs > nowMs) return 'left';
    return await move(issuance, nowMs, sweeper);
  } catch (error) {
    const nowMs = sweeper.clock.nowMs();
    const code = error instanceof BrokerError ? error.code : 'internal';
    if (code === 'store.itemInvalid') {
      // Not a row that the broker wrote: a job can write nonsense into its own rows.
      sweeper.log.transition({ transition: 'issuance.illegible', issuanceId, code });
      await sweeper.ledger.postpone(issuanceId, nowMs + BROKEN_LATER_MS);
      return 'broken';
    }
    // The store or the queue may be unavailable; but it may also be this row alone, if it grew too large to be written.
    sweeper.log.transition({ transition: 'issuance.notSwept', issuanceId, code });
    problems.push(error);
    await sweeper.ledger.postpone(issuanceId, nowMs + LIMITS.handBackMs);
    return 'putOff';
  }
}

async function move(issuance: Issuance, nowMs: number, sweeper: SweepDependencies): Promise<Swept> {
  if (isOpenForCaller(issuance)) return advance(issuance, sweptForCaller(issuance, nowMs), sweeper);
  switch (issuance.state) {
    case 'intended':
      return moveIntended(issuance, nowMs, sweeper);
    case 'issued':
      return moveIssued(issuance, nowMs, sweeper);
    case 'claimed':
      return moveClaimed(issuance, nowMs, sweeper);
    case 'completed':
    case 'failed':
      return advance(issuance, settled(issuance, { reportSha256: reportHash(issuance), atMs: nowMs }), sweeper);
    case 'refused':
    case 'denied':
    case 'revoked':
    case 'expired':
    case 'unknown':
      // The broker leaves nothing due that it has ended, so something else wrote this state.
      throw new BrokerError('store.itemInvalid', 'an issuance that has ended is due');
    default:
      return assertNever(issuance);
  }
}

async function moveIntended(
  issuance: IssuanceIn<'intended'>,
  nowMs: number,
  sweeper: SweepDependencies,
): Promise<Swept> {
  if (issuance.leaseUntilMs > nowMs) return advance(issuance, rescheduled(issuance, issuance.leaseUntilMs), sweeper);
  const silent = issuance.attempts.at(-1)?.outcome === 'open' && issuance.resume === 'attempt';
  const free = silent ? leaseExpired(issuance, nowMs) : rescheduled(issuance, lookAgainAtMs(issuance, nowMs));
  if (isUsedUp(free, nowMs)) {
    const told = { ...issuance, attempts: free.attempts };
    const ended = silent ? failed(told, { code: 'sts.outcomeUnknown', atMs: nowMs }) : usedUp(issuance, nowMs);
    return advance(issuance, ended, sweeper);
  }
  return handBack(issuance, free, sweeper);
}

async function moveIssued(issuance: IssuanceIn<'issued'>, nowMs: number, sweeper: SweepDependencies): Promise<Swept> {
  const { ticket } = issuance;
  if (ticket !== undefined && ticket.usableUntilMs > nowMs) {
    return advance(issuance, rescheduled(issuance, ticket.usableUntilMs), sweeper);
  }
  if (isUsedUp(issuance, nowMs)) return advance(issuance, usedUp(issuance, nowMs), sweeper);
  const dueAtMs = lookAgainAtMs(issuance, nowMs);
  const free =
    ticket === undefined
      ? rescheduled(issuance, dueAtMs)
      : ticketRemoved(issuance, { type: 'ticketRemoved', dueAtMs, atMs: nowMs });
  return handBack(issuance, free, sweeper);
}

async function moveClaimed(issuance: IssuanceIn<'claimed'>, nowMs: number, sweeper: SweepDependencies): Promise<Swept> {
  const fenceMs = issuance.attempts.at(-1)?.fenceMs ?? 0;
  const silentAtMs = fenceMs + LIMITS.reportGraceMs;
  if (nowMs < silentAtMs) return advance(issuance, rescheduled(issuance, silentAtMs), sweeper);
  return advance(issuance, unknown(issuance, nowMs), sweeper);
}

/** Records the hand-back before it sends the message: a lost message is sent again when the issuance is due again. */
async function handBack(before: OpenIssuance, free: OpenIssuance, sweeper: SweepDependencies): Promise<Swept> {
  if (!(await sweeper.ledger.advance(before, free))) return 'left';
  await sweeper.sendToQueue(
    brokerRecordBody({ brokerRecord: 'continue', issuanceId: free.recordId, trailHead: free.trailHead }),
  );
  return 'moved';
}

async function advance(before: Issuance, after: Issuance, { ledger }: SweepDependencies): Promise<Swept> {
  return (await ledger.advance(before, after)) ? 'moved' : 'left';
}

/**
 * When to hand an issuance back once more. The wait grows with each hand-back that came to nothing: otherwise the queue
 * would fill with copies of the same message during an outage.
 */
function lookAgainAtMs({ trail, recordedAtMs }: OpenIssuance, nowMs: number): number {
  const idleMs = nowMs - (trail.at(-1)?.atMs ?? recordedAtMs);
  return nowMs + Math.min(LIMITS.longestHandBackMs, Math.max(LIMITS.handBackMs, idleMs));
}

/** Whether neither an attempt nor a call of this attempt is left, or the issuance is too old. */
function isUsedUp({ attempt, recordedAtMs, ...issuance }: OpenIssuance, nowMs: number): boolean {
  if (nowMs - recordedAtMs > LIMITS.openMs) return true;
  if (issuance.state === 'intended' && issuance.resume === 'call') return issuance.call >= LIMITS.calls;
  return attempt >= LIMITS.attempts;
}

/** The hash of the claim and the report that the job wrote, for the trail. */
function reportHash({ claim, report }: IssuanceIn<'completed' | 'failed'>): string {
  return sha256Hex(canonicalJson({ claim, report }));
}
