import type { IssuanceIn } from '../ledger/issuance.ts';
import { revoked } from '../ledger/issuance-endings.ts';
import { issued, ticketRemoved } from '../ledger/issuance-transitions.ts';
import type { DataKeyAnswer } from '../sealing/data-key.ts';
import { seal } from '../sealing/seal.ts';
import { Secret } from '../sealing/secret.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import type { StsAnswer } from './call-sts.ts';
import { type CallsEnded, type CallVisit, callUnderIntent } from './call-under-intent.ts';
import { release, releaseForAnotherCall, releaseUnknown, retryDelayMs } from './release-issuance.ts';
import { settleDenial, settleFailure } from './settle-refusal.ts';

/** What one visit to an issuance goes by. */
export type Visit = CallVisit & {
  /** The request's input as JSON. */
  readonly input: string | undefined;
};

/**
 * From the recorded intent to the invoked job: assume and get a data key side by side, seal, record, invoke. Each
 * answer of STS leads to exactly one record, and nothing is delivered that is not recorded first.
 */
export async function issueToJob(
  intended: IssuanceIn<'intended'>,
  visit: Visit,
  broker: BrokerDependencies,
): Promise<void> {
  const askBeside = broker.makeDataKey;
  const ended = await callUnderIntent(intended, visit, { broker, askBeside, forget: forgetKey });
  switch (ended.end) {
    case 'answered':
      return settleAnswer(ended, visit, broker);
    case 'noMoreCalls':
      // The sweeper brings the issuance back for more.
      return releaseForAnotherCall(ended.issuance, ended.told, broker);
    default:
      return;
  }
}

type Answered = Extract<CallsEnded<DataKeyAnswer>, { end: 'answered' }>;

async function settleAnswer(
  { issuance, account, answer }: Answered,
  { input }: Visit,
  broker: BrokerDependencies,
): Promise<void> {
  const { assumption } = answer;
  try {
    switch (assumption.outcome) {
      case 'assumed':
        return await deliver(issuance, { ...answer, assumption, settings: account.settings, input }, broker);
      case 'denied':
        await settleDenial(issuance, { ...assumption, account }, broker);
        return;
      case 'failed':
        await settleFailure(issuance, assumption, broker);
        return;
      default:
        return await releaseUnknown(issuance, assumption, broker);
    }
  } finally {
    forgetKey(answer);
    if (assumption.outcome === 'assumed') assumption.credentials.forget();
  }
}

/** Zeroes the data key. */
function forgetKey({ beside }: StsAnswer<DataKeyAnswer>): void {
  if (beside?.made !== true) return;
  beside.key.clear.reveal().fill(0);
  beside.key.clear.forget();
}

type Assumed = StsAnswer<DataKeyAnswer> & {
  readonly assumption: Extract<Assumption, { outcome: 'assumed' }>;
  readonly settings: unknown;
  readonly input: string | undefined;
};

/** Seals, records, and only then hands over. Fenced out at the record: the session is dropped, nobody gets it. */
async function deliver(
  issuance: IssuanceIn<'intended'>,
  { assumption, beside, context, policySha256, settings, input }: Assumed,
  broker: BrokerDependencies,
): Promise<void> {
  const { session, credentials } = assumption;
  if (beside?.made !== true) {
    const slow = beside?.permanent ?? false;
    return release(issuance, { code: 'seal.failed', outcome: 'undelivered', session, slow }, broker);
  }
  const { key } = beside;
  const content = new Secret({ ...credentials.reveal(), settings });
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
  const delivery = await broker.invokeJob({ context, sealed, input });
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
