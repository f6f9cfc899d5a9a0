/** What is recorded when an error of STS ends an issuance. */

import type { IssuanceIn } from '../ledger/issuance.ts';
import { denied, failed } from '../ledger/issuance-endings.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import type { StsError } from './release-issuance.ts';

/** False: somebody else moved the issuance, and nothing was written. */
export async function recordDenial(
  issuance: IssuanceIn<'intended'>,
  { code, stsRequestId, account }: StsError & { readonly account: AllowedAccount },
  broker: IssuingDependencies,
): Promise<boolean> {
  const after = denied(issuance, { code, stsRequestId, atMs: broker.clock.nowMs() });
  if (!(await broker.ledger.advance(issuance, after))) return false;
  const { tenantId, accountId } = issuance;
  if (code === 'sts.denied') await broker.countDenial({ tenantId, accountId, roleArn: account.roleArn });
  return true;
}

/** False: somebody else moved the issuance, and nothing was written. */
export async function recordFailure(
  issuance: IssuanceIn<'intended'>,
  { code, stsRequestId }: StsError,
  { ledger, clock }: IssuingDependencies,
): Promise<boolean> {
  return ledger.advance(issuance, failed(issuance, { code, stsRequestId, atMs: clock.nowMs() }));
}
