import type { Job } from '../jobs/job.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import { seal } from '../sealing/seal.ts';
import { Secret } from '../sealing/secret.ts';
import type { Assumption } from './assume-tenant-role.ts';
import { type BrokerDependencies, MINIMUM_REMAINING_MS } from './broker-dependencies.ts';
import { callSts, forgetKey, type StsAnswer } from './call-sts.ts';
import { announceFurtherCall, furtherCall, LONGEST_PAUSE_MS } from './further-call.ts';
import { type IssuanceIn, LIMITS } from './issuance.ts';
import { denied, failed, revoked } from './issuance-endings.ts';
import { issued, ticketRemoved } from './issuance-transitions.ts';
import { release, releaseForAnotherCall, releaseUnknown, retryDelayMs, type StsRefusal } from './release-issuance.ts';

/** What one visit to an issuance goes by: nothing of it is read again on the way. */
export type Visit = {
  readonly job: Job;
  readonly account: AllowedAccount;
  /** The request's input as JSON. */
  readonly input: string | undefined;
  readonly remainingMs: () => number;
};

/** Calls to STS within one visit; the sweeper brings the issuance back for more. */
const CALLS_PER_VISIT = 2;

/**
 * From the recorded intent to the invoked job: assume and get a data key side by side, seal, record, invoke. Each
 * answer of STS leads to exactly one record, and nothing is delivered that is not recorded first.
 */
export async function issueToJob(
  intended: IssuanceIn<'intended'>,
  intendedVisit: Visit,
  broker: BrokerDependencies,
): Promise<void> {
  let issuance = intended;
  let visit = intendedVisit;
  for (let callsHere = 1; ; callsHere += 1) {
    const answer = await callSts(issuance, visit, broker);
    const further = furtherCall(answer.assumption, issuance, visit.account);
    if (further === undefined) return settleAnswer(issuance, answer, visit, broker);
    forgetKey(answer);
    // Counted anew with another external ID: of that one STS hears for the first time.
    if (further.account !== visit.account) callsHere = 0;
    const mayCall = callsHere < CALLS_PER_VISIT && issuance.call < LIMITS.calls;
    if (!mayCall || visit.remainingMs() < MINIMUM_REMAINING_MS + LONGEST_PAUSE_MS) {
      return releaseForAnotherCall(issuance, further.told, broker);
    }
    const again = await announceFurtherCall(issuance, further, broker);
    if (again === undefined) return;
    issuance = again;
    visit = { ...visit, account: further.account };
  }
}

async function settleAnswer(
  issuance: IssuanceIn<'intended'>,
  answer: StsAnswer,
  visit: Visit,
  broker: BrokerDependencies,
): Promise<void> {
  const { assumption } = answer;
  const atMs = broker.clock.nowMs();
  try {
    switch (assumption.outcome) {
      case 'assumed':
        return await deliver(issuance, { ...answer, assumption }, visit, broker);
      case 'denied':
        return await settleDenial(issuance, assumption, visit, broker);
      case 'failed': {
        const { code, stsRequestId } = assumption;
        await broker.ledger.advance(issuance, failed(issuance, { code, stsRequestId, atMs }));
        return;
      }
      default:
        return await releaseUnknown(issuance, assumption, broker);
    }
  } finally {
    forgetKey(answer);
    if (assumption.outcome === 'assumed') assumption.credentials.forget();
  }
}

async function settleDenial(
  issuance: IssuanceIn<'intended'>,
  { code, stsRequestId }: StsRefusal,
  { account }: Visit,
  broker: BrokerDependencies,
): Promise<void> {
  const after = denied(issuance, { code, stsRequestId, atMs: broker.clock.nowMs() });
  const recorded = await broker.ledger.advance(issuance, after);
  if (!recorded || code !== 'sts.denied') return;
  const { tenantId, accountId } = issuance;
  await broker.noteDenial?.({ tenantId, accountId, roleArn: account.roleArn });
}

type Assumed = StsAnswer & { readonly assumption: Extract<Assumption, { outcome: 'assumed' }> };

/** Seals, records, and only then hands over. Fenced out at the record: the session is dropped, nobody gets it. */
async function deliver(
  issuance: IssuanceIn<'intended'>,
  { assumption, key, keyIsGone, context, policySha256 }: Assumed,
  visit: Visit,
  broker: BrokerDependencies,
): Promise<void> {
  const { session, credentials } = assumption;
  if (key === undefined) {
    return release(issuance, { code: 'seal.failed', outcome: 'undelivered', session, slow: keyIsGone }, broker);
  }
  const content = new Secret({ ...credentials.reveal(), settings: visit.account.settings });
  const sealed = seal(content, {
    dataKey: key.clear.reveal(),
    context,
    randomBytes: (length) => broker.ids.randomBytes(length),
  });
  content.forget();
  const { attempt, usableUntilMs, fenceMs } = context;
  const ticket = { wrappedKey: key.wrapped, attempt, usableUntilMs };
  const after = issued(issuance, { ...session, fenceMs, policySha256, ticket }, broker.clock.nowMs());
  if (!(await broker.ledger.advance(issuance, after))) return;
  const delivery = await broker.invokeJob({ context, sealed, input: visit.input });
  if (delivery.outcome === 'refused') await withdraw(after, delivery.code, broker);
}

/** Lambda would not take the invocation: nobody holds the ciphertext, so the ticket goes at once. */
async function withdraw(
  issuance: IssuanceIn<'issued'>,
  code: 'job.busy' | 'job.notDeployed',
  broker: BrokerDependencies,
): Promise<void> {
  const atMs = broker.clock.nowMs();
  const after =
    code === 'job.notDeployed'
      ? revoked(
          issuance,
          { reason: code, explanation: 'the function of the job does not exist or may not be invoked' },
          atMs,
        )
      : ticketRemoved(issuance, { type: 'undelivered', code, dueAtMs: atMs + retryDelayMs(issuance.attempt), atMs });
  await broker.ledger.advance(issuance, after);
}
