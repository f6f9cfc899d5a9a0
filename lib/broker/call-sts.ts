import { buildSessionPolicy } from '../jobs/session-policy.ts';
import { type IssuanceIn, sessionNameOf } from '../ledger/issuance.ts';
import type { DataKeyAnswer, MakeDataKey } from '../sealing/data-key.ts';
import type { EnvelopeContext } from '../sealing/envelope.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import { tagsAndSourceIdentityOf } from './call-terms.ts';
import type { CallVisit } from './call-under-intent.ts';

/** What one call to STS returned, and what it was made under. */
export type StsAnswer = {
  readonly assumption: Assumption;
  /** Undefined where none was asked for, or no call was made. */
  readonly dataKey: DataKeyAnswer | undefined;
  readonly context: EnvelopeContext;
  readonly policySha256: string;
};

export type CallDependencies = {
  readonly broker: IssuingDependencies;
  /** Left out where the session is not sealed, because it goes to a caller. */
  readonly makeDataKey?: MakeDataKey;
};

/**
 * Makes one AssumeRole call, which the recorded intent has announced. The data key is requested at the same time, under
 * the same context, so that it costs no time of its own.
 */
export async function callSts(
  issuance: IssuanceIn<'intended'>,
  { job, account }: CallVisit,
  { broker, makeDataKey }: CallDependencies,
): Promise<StsAnswer> {
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
    // The decision built this policy before, so only a longer fence can lead here. Without a policy there is no call.
    return { assumption: { outcome: 'failed', code: policy.reason }, dataKey: undefined, context, policySha256: '' };
  }
  const [assumption, dataKey] = await Promise.all([
    broker.assumeTenantRole({
      roleArn: account.roleArn,
      sessionName: sessionNameOf({ issuanceId: issuance.recordId, attempt: issuance.attempt }),
      externalId: account.externalId,
      durationSeconds: job.durationSeconds,
      policy: policy.json,
      ...tagsAndSourceIdentityOf(issuance, account.capabilities),
    }),
    makeDataKey?.(context),
  ]);
  return { assumption, dataKey, context, policySha256: policy.sha256 };
}

/** Overwrites the clear data key with zeroes. */
export function forgetDataKey({ dataKey }: StsAnswer): void {
  if (dataKey?.made !== true) return;
  dataKey.key.clear.reveal().fill(0);
  dataKey.key.clear.forget();
}

/** The fence is written into the policy in whole seconds. */
function wholeSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000;
}
