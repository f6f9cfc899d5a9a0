import type { Assumption } from '../broker/assume-tenant-role.ts';
import type { IssuingDependencies } from '../broker/broker-dependencies.ts';
import type { CallsEnded } from '../broker/call-under-intent.ts';
import { recordDenial, recordFailure } from '../broker/record-sts-error.ts';
import { BrokerError, type ErrorCode, isRefusalReason } from '../errors.ts';
import type { IssuanceIn } from '../ledger/issuance.ts';
import { failed } from '../ledger/issuance-endings.ts';
import { issued } from '../ledger/issuance-transitions.ts';
import { errorName } from '../platform/store-error.ts';
import { Secret } from '../sealing/secret.ts';
import type { Vended } from './vend-credentials.ts';

/**
 * Records what STS answered, and gives the caller its credentials once the issue is on record. A session whose issue
 * could not be recorded is dropped: nobody gets it. Throws `BrokerError` for everything but credentials and a refusal.
 */
export async function handOutCredentials(
  ended: CallsEnded,
  issuanceId: string,
  broker: IssuingDependencies,
): Promise<Vended> {
  switch (ended.end) {
    case 'answered':
      return settle(ended, broker);
    case 'noMoreCalls': {
      const { issuance, stsError } = ended;
      await recorded(issuance, () => recordFailure(issuance, stsError, broker), broker);
      throw broken(stsError.code, issuance);
    }
    default:
      return fencedOut(issuanceId, broker);
  }
}

type Answered = Extract<CallsEnded, { end: 'answered' }>;

async function settle({ issuance, account, answer }: Answered, broker: IssuingDependencies): Promise<Vended> {
  const { assumption } = answer;
  switch (assumption.outcome) {
    case 'assumed':
      try {
        return await give(issuance, { ...answer, assumption }, broker);
      } finally {
        assumption.credentials.forget();
      }
    case 'denied':
      await recorded(issuance, () => recordDenial(issuance, { ...assumption, account }, broker), broker);
      break;
    case 'failed':
      await recorded(issuance, () => recordFailure(issuance, assumption, broker), broker);
      break;
    default:
      await recorded(issuance, () => recordLost(issuance, assumption, broker), broker);
  }
  throw broken(assumption.code, issuance);
}

type Assumed = Answered['answer'] & { readonly assumption: Extract<Assumption, { outcome: 'assumed' }> };

async function give(
  issuance: IssuanceIn<'intended'>,
  { assumption, context, policySha256 }: Assumed,
  broker: IssuingDependencies,
): Promise<Vended> {
  const { fenceMs } = context;
  const after = issued(issuance, { ...assumption.session, fenceMs, policySha256 }, broker.clock.nowMs());
  const written = await recorded(issuance, () => broker.ledger.advance(issuance, after), broker);
  if (written === 'unknown') throw broken('vending.notRecorded', issuance);
  if (written === 'no') return fencedOut(issuance.recordId, broker);
  const { accessKeyId, secretAccessKey, sessionToken } = assumption.credentials.reveal();
  const credentials = new Secret({
    Version: 1 as const,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    // The fence, not what STS says: past it the session is of no use.
    Expiration: new Date(fenceMs).toISOString().replace('.000Z', 'Z'),
  });
  return { vended: true, credentials };
}

/** Records a session that may exist and that nobody holds, or one that exists and must not be used. */
async function recordLost(
  issuance: IssuanceIn<'intended'>,
  assumption: Extract<Assumption, { outcome: 'unknown' | 'unavailable' }>,
  { ledger, clock }: IssuingDependencies,
): Promise<boolean> {
  const session = assumption.outcome === 'unknown' ? assumption.session : undefined;
  const lost =
    session === undefined ? ({ outcome: 'unknown' } as const) : ({ outcome: 'undelivered', session } as const);
  return ledger.advance(issuance, failed(issuance, { code: assumption.code, lost, atMs: clock.nowMs() }));
}

/**
 * Whether the record was written. `unknown` when the ledger broke: the sweeper then ends the issuance, whatever stands
 * on record, and the caller is told what STS answered.
 */
async function recorded(
  { recordId }: IssuanceIn<'intended'>,
  write: () => Promise<boolean>,
  { log }: Pick<IssuingDependencies, 'log'>,
): Promise<'yes' | 'no' | 'unknown'> {
  try {
    return (await write()) ? 'yes' : 'no';
  } catch (error) {
    const known = error instanceof BrokerError ? error : undefined;
    const told = { code: known?.code ?? 'internal', explanation: known?.message ?? errorName(error) };
    log.transition({ transition: 'issuance.interrupted', issuanceId: recordId, ...told });
    return 'unknown';
  }
}

/**
 * Another function ended the issuance: a suspension, whose refusal is given; or the sweeper, because we were too slow.
 */
async function fencedOut(issuanceId: string, { ledger }: IssuingDependencies): Promise<Vended> {
  const issuance = await ledger.readIssuance(issuanceId);
  if (issuance?.state === 'revoked' && isRefusalReason(issuance.refusal.reason)) {
    const { reason, explanation } = issuance.refusal;
    return { vended: false, refusal: { reason, explanation } };
  }
  throw broken('vending.notRecorded', { recordId: issuanceId });
}

/** The error as the caller is told it: the caller has to ask again, because nothing is retried for it. */
function broken(code: ErrorCode, { recordId }: { readonly recordId: string }): BrokerError {
  return new BrokerError(FOR_CALLERS[code] ?? code, `nothing was given out for ${recordId} (${code})`);
}

const FOR_CALLERS: { readonly [Code in ErrorCode]?: ErrorCode } = {
  'sts.unavailable': 'vending.unavailable',
  'sts.outcomeUnknown': 'vending.outcomeUnknown',
  'broker.clockSkewed': 'vending.outcomeUnknown',
};
