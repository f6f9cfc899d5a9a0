import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Counters } from '../limits/counters.ts';
import type { Clock } from '../platform/clock.ts';
import { sha256Hex } from '../platform/ids.ts';
import { errorName } from '../platform/store-error.ts';
import { counterIds } from '../platform/table-keys.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import type { RoleDenial } from './broker-dependencies.ts';

export type CountDenialDependencies = {
  readonly counters: Pick<Counters, 'change'>;
  readonly lambda: { send(command: InvokeCommand): Promise<unknown> };
  readonly clock: Clock;
  readonly log: TransitionLog;
  readonly config: { readonly verifyTrustFunctionName: string };
};

/** So many denials of one role have it verified at once. */
const DENIALS_TO_VERIFY = 5;
/** Denials that lie further apart than this are not counted together. */
const KEPT_MS = 24 * 3_600_000;

/**
 * Counts the denials of STS by role, and asks verify-trust to check a role that is denied again and again. Only a
 * denial costs a write. Never throws: the denial is on record already, and the daily schedule verifies every role
 * anyway.
 */
export function makeCountDenial(dependencies: CountDenialDependencies): (denied: RoleDenial) => Promise<void> {
  const { log } = dependencies;
  return async (denied) => {
    try {
      const denials = await count(denied, dependencies);
      if (denials % DENIALS_TO_VERIFY !== 0) return;
      await askForVerification(denied, dependencies);
      const { tenantId, accountId } = denied;
      log.transition({ transition: 'role.verificationAsked', tenantId, accountId, code: 'trust.broken' });
    } catch (error) {
      const { tenantId, accountId } = denied;
      log.transition({ transition: 'role.denialNotCounted', tenantId, accountId, explanation: errorName(error) });
    }
  };
}

async function count({ roleArn }: RoleDenial, { counters, clock }: CountDenialDependencies): Promise<number> {
  const row = {
    counter: counterIds.denials(sha256Hex(roleArn)),
    expiresAtSeconds: Math.ceil((clock.nowMs() + KEPT_MS) / 1000),
  };
  const counted = await counters.change(row, { add: { denials: 1 } });
  return counted?.['denials'] ?? 1;
}

async function askForVerification(
  { tenantId, accountId, roleArn }: RoleDenial,
  { lambda, config }: CountDenialDependencies,
): Promise<void> {
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const check = { kind: 'check', tenantId, accountId, roleName, by: 'issue-credentials' };
  await lambda.send(
    new InvokeCommand({
      FunctionName: config.verifyTrustFunctionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(check)),
    }),
  );
}
