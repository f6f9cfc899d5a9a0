import { buildSessionPolicy } from '../jobs/session-policy.ts';
import { type IssuanceIn, sessionNameOf } from '../ledger/issuance.ts';
import type { EnvelopeContext } from '../sealing/envelope.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import { marksOf } from './call-terms.ts';
import type { CallVisit } from './call-under-intent.ts';

/** What one call brought, and what it was made under. */
export type StsAnswer<Beside = undefined> = {
  readonly assumption: Assumption;
  /** What was got at the same time; undefined where no call was made. */
  readonly beside: Beside | undefined;
  readonly context: EnvelopeContext;
  readonly policySha256: string;
};

/** Asked for side by side with the session, under the same facts. Never throws. */
export type AskBeside<Beside> = (context: EnvelopeContext) => Promise<Beside>;

/** One AssumeRole call under an intent that announces it. */
export async function callSts<Beside>(
  issuance: IssuanceIn<'intended'>,
  { job, account }: CallVisit,
  { broker, askBeside }: { readonly broker: IssuingDependencies; readonly askBeside: AskBeside<Beside> },
): Promise<StsAnswer<Beside>> {
  const fenceMs = wholeSeconds(broker.clock.nowMs() + job.sessionSeconds * 1000);
  const context: EnvelopeContext = {
    tenantId: issuance.tenantId,
    accountId: issuance.accountId,
    job: issuance.job,
    issuanceId: issuance.recordId,
    attempt: issuance.attempt,
    fenceMs,
    usableUntilMs: fenceMs - job.minimumSeconds * 1000,
  };
  const partition = broker.config.rules.roleArnRules.partition;
  const policy = buildSessionPolicy({ job, settings: account.settings, fenceMs, partition });
  if (!policy.built) {
    // Decided on before; reached only if the fence changed its length. Never a call without a policy.
    return { assumption: { outcome: 'failed', code: policy.reason }, beside: undefined, context, policySha256: '' };
  }
  const [assumption, beside] = await Promise.all([
    broker.assumeTenantRole({
      roleArn: account.roleArn,
      sessionName: sessionNameOf({ issuanceId: issuance.recordId, attempt: issuance.attempt }),
      externalId: account.externalId,
      durationSeconds: job.durationSeconds,
      policy: policy.json,
      ...marksOf(issuance, account.capabilities),
    }),
    askBeside(context),
  ]);
  return { assumption, beside, context, policySha256: policy.sha256 };
}

/** The fence is written into the policy in whole seconds. */
function wholeSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000;
}
