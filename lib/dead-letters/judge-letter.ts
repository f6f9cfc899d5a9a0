import { assertNever } from '../errors.ts';
import { issuanceIdOf } from '../ledger/issuance.ts';
import { payloadSha256Of, requestIdOf } from '../ledger/request-id.ts';
import type { Clock } from '../platform/clock.ts';
import type { QueueMessage } from '../requests/request.ts';
import type { LetterJudgement, LetterVerdict } from './dead-letter-api.ts';
import type { LetterLedger, OnRecord } from './letter-ledger.ts';
import type { LetterReading } from './read-letter.ts';

export type JudgeDependencies = {
  readonly ledger: LetterLedger;
  readonly clock: Clock;
  readonly config: { readonly brokerAccountId: string; readonly maximumAgeMs: number };
};

/**
 * Says whether a letter is safe to redrive: the redrive would have an effect, and none that was not asked for. The
 * judgement does not predict what the broker would decide. Errors are `store.*`.
 */
export async function judgeLetter(reading: LetterReading, dependencies: JudgeDependencies): Promise<LetterJudgement> {
  const verdict = await verdictOn(reading, dependencies);
  return { safe: verdict === 'safe', verdict, explanation: EXPLANATIONS[verdict] };
}

const EXPLANATIONS: Readonly<Record<LetterVerdict, string>> = {
  safe: 'it is not settled: the broker would take it up',
  settled: 'its request is on record and settled: nothing would change',
  underway: 'its request is on record and under way: the sweeper sees to it',
  idTaken: 'its id or idempotency key was used for another request, which is on record',
  tooOld: 'it is older than requests may be: it would be refused; ask anew',
  movedOn: 'its issuance has moved on since, or is over: nothing would change',
  requestUnknown: 'its request is not on record',
  ownedBySweeper: 'a job is never invoked again from here: the sweeper sees to its issuance',
  runByHand: 'it is the event of a schedule, not a request: broker schedule run-now',
  overtaken: 'nobody waits for this probe any more: broker tenants verify',
  illegible: 'it cannot be read',
};

async function verdictOn({ facts, message }: LetterReading, dependencies: JudgeDependencies): Promise<LetterVerdict> {
  if (facts.kind === 'jobFailure') return 'ownedBySweeper';
  if (facts.kind === 'schedule') return 'runByHand';
  if (message === undefined) return 'illegible';
  switch (message.kind) {
    case 'request':
      return judgeRequest(message, dependencies);
    case 'account':
      return judgeAccount(message, dependencies);
    case 'continue': {
      const issuance = await dependencies.ledger.readIssuance(message.issuanceId);
      const unmoved = issuance?.trailHead === message.trailHead && !OVER.has(issuance.state);
      return unmoved ? 'safe' : 'movedOn';
    }
    case 'probe':
      return 'overtaken';
    case 'strangers':
      // A summary that arrives twice is counted once.
      return 'safe';
    default:
      return assertNever(message);
  }
}

async function judgeRequest(
  { origin, detail }: Extract<QueueMessage, { kind: 'request' }>,
  { ledger, clock, config }: JudgeDependencies,
): Promise<LetterVerdict> {
  const requestId = requestIdOf({ origin, detail, brokerAccountId: config.brokerAccountId });
  const request = await ledger.readRequest(requestId);
  if (request !== undefined && request.payloadSha256 !== payloadSha256Of(detail)) return 'idTaken';
  const stands = request === undefined ? 'safe' : await standingOf(requestId, request, ledger);
  if (stands !== 'safe') return stands;
  return clock.nowMs() - origin.timeMs > config.maximumAgeMs ? 'tooOld' : 'safe';
}

async function judgeAccount(
  { requestId, accountId }: Extract<QueueMessage, { kind: 'account' }>,
  { ledger }: JudgeDependencies,
): Promise<LetterVerdict> {
  const request = await ledger.readRequest(requestId);
  if (request === undefined) return 'requestUnknown';
  if (request.decision === 'allowed' && !request.accountIds.includes(accountId)) return 'movedOn';
  return standingOf(
    requestId,
    request.decision === 'allowed' ? { ...request, accountIds: [accountId] } : request,
    ledger,
  );
}

/** Work is left as long as the issuance of one of the request's accounts was never begun. */
async function standingOf(requestId: string, request: OnRecord, ledger: LetterLedger): Promise<LetterVerdict> {
  if (request.decision === 'refused') return 'settled';
  let underway = false;
  for (const accountId of request.accountIds) {
    const issuance = await ledger.readIssuance(issuanceIdOf({ requestId, job: request.job, accountId }));
    if (issuance === undefined) return 'safe';
    underway ||= !OVER.has(issuance.state);
  }
  return underway ? 'underway' : 'settled';
}

/** The final states of an issuance. */
const OVER: ReadonlySet<string> = new Set([
  'refused',
  'completed',
  'failed',
  'denied',
  'revoked',
  'expired',
  'unknown',
]);
