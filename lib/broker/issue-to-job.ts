import type { IssuanceIn } from '../ledger/issuance.ts';
import { revoked } from '../ledger/issuance-endings.ts';
import { issued, ticketRemoved } from '../ledger/issuance-transitions.ts';
import { seal } from '../sealing/seal.ts';
import { Secret } from '../sealing/secret.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import { forgetDataKey, type StsAnswer } from './call-sts.ts';
import { type CallsEnded, type CallVisit, callUnderIntent } from './call-under-intent.ts';
import { recordDenial, recordFailure } from './record-sts-error.ts';
import { release, releaseForAnotherCall, releaseUnknown, retryDelayMs } from './release-issuance.ts';

/** What one visit to an issuance for a job goes by. */
export type Visit = CallVisit & {
  /** The request's input as JSON. */
  readonly input: string | undefined;
};

/**
 * Goes from the recorded intent to the invoked job: assumes the role and gets a data key at the same time, seals the
 * credentials, records the issue, invokes the job. Each answer of STS leads to exactly one record, and nothing is
 * delivered before it is recorded.
 */
export async function issueToJob(
  intended: IssuanceIn<'intended'>,
  visit: Visit,
  broker: BrokerDependencies,
): Promise<void> {
  const ended = await callUnderIntent(intended, visit, { broker, makeDataKey: broker.makeDataKey });
  switch (ended.end) {
    case 'answered':
      return settleAnswer(ended, visit, broker);
    case 'noMoreCalls':
      // The sweeper brings the issuance back for more.
      return releaseForAnotherCall(ended.issuance, ended.stsError, broker);
    default:
      return;
  }
}

type Answered = Extract<CallsEnded, { end: 'answered' }>;

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
        await recordDenial(issuance, { ...assumption, account }, broker);
        return;
      case 'failed':
        await recordFailure(issuance, assumption, broker);
        return;
      default:
        return await releaseUnknown(issuance, assumption, broker);
    }
  } finally {
    forgetDataKey(answer);
    if (assumption.outcome === 'assumed') assumption.credentials.forget();
  }
}

type Assumed = StsAnswer & {
  readonly assumption: Extract<Assumption, { outcome: 'assumed' }>;
  readonly settings: unknown;
  readonly input: string | undefined;
};

/**
 * Seals the credentials, records the issue, and only then invokes the job. Where another invocation moved the issuance
 * meanwhile, the record fails: the session is dropped and nobody gets it.
 */
async function deliver(
  issuance: IssuanceIn<'intended'>,
  { assumption, dataKey, context, policySha256, settings, input }: Assumed,
  broker: BrokerDependencies,
): Promise<void> {
  const { session, credentials } = assumption;
  if (dataKey?.made !== true) {
    const slow = dataKey?.permanent ?? false;
    return release(issuance, { code: 'seal.failed', outcome: 'undelivered', session, slow }, broker);
  }
  const { key } = dataKey;
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

/** Lambda did not take the invocation, so nobody holds the ciphertext: the ticket is removed at once. */
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
