import { buildSessionPolicy } from '../jobs/session-policy.ts';
import type { DataKey } from '../sealing/data-key.ts';
import type { EnvelopeContext } from '../sealing/envelope.ts';
import type { Assumption } from './assume-tenant-role.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import { marksOf } from './call-terms.ts';
import { type IssuanceIn, sessionNameOf } from './issuance.ts';
import type { Visit } from './issue-to-job.ts';

/** What one call brought, and what it was made under. */
export type StsAnswer = {
  readonly assumption: Assumption;
  readonly key: DataKey | undefined;
  readonly keyIsGone: boolean;
  readonly context: EnvelopeContext;
  readonly policySha256: string;
};

/** One AssumeRole call under an intent that announces it, and in parallel one data key for its envelope. */
export async function callSts(
  issuance: IssuanceIn<'intended'>,
  visit: Visit,
  broker: BrokerDependencies,
): Promise<StsAnswer> {
  const { job, account } = visit;
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
    return {
      assumption: { outcome: 'failed', code: policy.reason },
      key: undefined,
      keyIsGone: false,
      context,
      policySha256: '',
    };
  }
  const [assumption, dataKey] = await Promise.all([
    broker.assumeTenantRole({
      roleArn: account.roleArn,
      sessionName: sessionNameOf({ issuanceId: issuance.recordId, attempt: issuance.attempt }),
      externalId: account.externalId,
      durationSeconds: job.durationSeconds,
      policy: policy.json,
      ...marksOf(issuance, account.capabilities),
    }),
    broker.makeDataKey(context),
  ]);
  const key = dataKey.made ? dataKey.key : undefined;
  const keyIsGone = !dataKey.made && dataKey.permanent;
  return { assumption, key, keyIsGone, context, policySha256: policy.sha256 };
}

/** Zeroes the data key. */
export function forgetKey({ key }: StsAnswer): void {
  key?.clear.reveal().fill(0);
  key?.clear.forget();
}

/** The fence is written into the policy in whole seconds. */
function wholeSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000;
}
