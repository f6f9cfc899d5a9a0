/** How the calls for one issuance are made: with which external ID, session tags and source identity. Pure. */

import type { Issuance } from '../ledger/issuance.ts';
import type { CallTerms } from '../ledger/issuance-intents.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import type { AssumeInput } from './assume-role-request.ts';

/** How a call is made, as the record that announces it says. */
export function callTermsOf({ externalIdSlot, capabilities }: AllowedAccount): CallTerms {
  const { sessionTags, sourceIdentity } = capabilities;
  return { ...(externalIdSlot === undefined ? {} : { externalId: externalIdSlot }), sessionTags, sourceIdentity };
}

/**
 * The same account with the tenant's other external ID, which may be tried once. Undefined when the tenant is not
 * rotating: then it has one external ID only.
 */
export function withOtherExternalId(account: AllowedAccount): AllowedAccount | undefined {
  const { otherExternalId, externalIdSlot, ...rest } = account;
  if (otherExternalId === undefined) return undefined;
  return { ...rest, externalId: otherExternalId, externalIdSlot: externalIdSlot === 'next' ? 'current' : 'next' };
}

/** Session tags and source identity. Each is left out unless the role's trust policy was proven to allow it. */
export function tagsAndSourceIdentityOf(
  { tenantId, job, recordId }: Pick<Issuance, 'tenantId' | 'job' | 'recordId'>,
  { sessionTags, sourceIdentity }: AllowedAccount['capabilities'],
): Pick<AssumeInput, 'tags' | 'sourceIdentity'> {
  return {
    ...(sessionTags ? { tags: { TenantId: tenantId, Job: job, IssuanceId: recordId } } : {}),
    ...(sourceIdentity ? { sourceIdentity: recordId } : {}),
  };
}
