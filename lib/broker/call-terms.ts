/** How the calls for one issuance are made: with which external ID, and marked as whose. Pure. */

import type { Issuance } from '../ledger/issuance.ts';
import type { CallTerms } from '../ledger/issuance-transitions.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import type { AssumeInput } from './assume-role-request.ts';

/** What the record that announces a call says of it. */
export function termsOf({ externalIdSlot, capabilities }: AllowedAccount): CallTerms {
  const { sessionTags, sourceIdentity } = capabilities;
  return { ...(externalIdSlot === undefined ? {} : { externalId: externalIdSlot }), sessionTags, sourceIdentity };
}

/** The same account with the tenant's other external ID, which has then no other: undefined outside a rotation. */
export function withOtherExternalId(account: AllowedAccount): AllowedAccount | undefined {
  const { otherExternalId, externalIdSlot, ...rest } = account;
  if (otherExternalId === undefined) return undefined;
  return { ...rest, externalId: otherExternalId, externalIdSlot: externalIdSlot === 'next' ? 'current' : 'next' };
}

/** Session tags and source identity, each exactly where the role's trust policy was proven to allow it. */
export function marksOf(
  { tenantId, job, recordId }: Pick<Issuance, 'tenantId' | 'job' | 'recordId'>,
  { sessionTags, sourceIdentity }: AllowedAccount['capabilities'],
): Pick<AssumeInput, 'tags' | 'sourceIdentity'> {
  return {
    ...(sessionTags ? { tags: { TenantId: tenantId, Job: job, IssuanceId: recordId } } : {}),
    ...(sourceIdentity ? { sourceIdentity: recordId } : {}),
  };
}
