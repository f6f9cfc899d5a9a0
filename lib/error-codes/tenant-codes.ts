import { type CodeEntry, failure, refusal } from './code-entry.ts';

/** The codes of tenants, their accounts and the trust in their roles. */
export const tenantCodes = {
  'tenant.idInvalid': refusal(
    'The tenant id is not 2 to 63 of a-z, 0-9 and inner hyphens.',
    'Send the id exactly as it was registered.',
  ),
  'tenant.unknown': refusal('No tenant has this id.', 'Register the tenant, or correct the id.'),
  'tenant.suspended': refusal('The tenant is suspended.', 'Resume the tenant when the reason is gone.'),
  'tenant.rateLimited': failure(
    true,
    'The tenant has had its share of requests or of calls to STS for now, or too many of its requests are in work.',
    'Nothing: it is tried again. If it goes on, batch items into fewer requests, or raise `limits.perTenant`.',
  ),
  'tenant.migrating': refusal(
    'The tenant still has long-lived keys, which the broker never uses.',
    'Finish its migration to a role.',
  ),
  'tenant.offboarded': refusal('The tenant has left.', 'Register it again if it came back.'),
  'tenant.alreadyRegistered': refusal(
    'A tenant with this id is registered already.',
    'Use another id, or change the tenant that there is.',
  ),
  'tenant.customerLimit': refusal(
    'This deployment is dedicated to one customer, and has it.',
    'Run another deployment, in another AWS account, for another customer.',
  ),
  'tenant.rotating': refusal(
    'The external ID of the tenant is being rotated.',
    'Finish the rotation, or abandon it, first.',
  ),
  'tenant.notRotating': refusal('The external ID of the tenant is not being rotated.', 'Start a rotation first.'),
  'tenant.notMigrating': refusal(
    'The tenant was not imported with long-lived keys, or its migration is over.',
    'Nothing: connect a role to it as to any other tenant.',
  ),
  'rotation.noExternalId': refusal(
    'The tenant has no external ID that could be rotated.',
    'Nothing in a dedicated deployment, which uses none; start the migration of a tenant that is to get one.',
  ),
  'rotation.notProven': refusal(
    'Probes have not shown that every role takes the one external ID and refuses the other.',
    'Verify the tenant, mend what is found at the roles that are named, and try again.',
  ),
  'registry.stale': refusal(
    'It was changed by somebody else since it was read.',
    'Read it again and decide again; a change that is out of date is never merged.',
  ),
  'import.invalid': refusal(
    'A line of the import is not a tenant that can be taken in; nothing was imported.',
    'Correct the lines that are named, and import the whole file again.',
  ),
  'import.secretRefused': refusal(
    'The import holds what looks like a secret access key; nothing was imported.',
    'Remove secret keys from the file: only the ids of access keys are taken. Treat the key as leaked.',
  ),
  'account.unknown': refusal('The tenant has not connected this account.', 'Connect the account, or correct its id.'),
  'account.none': refusal('The tenant has connected no account.', 'Connect an account first.'),
  'account.alreadyConnected': refusal(
    'The role cannot be connected to this tenant.',
    'Connect a role that this tenant made for us.',
  ),
  'account.roleMissing': refusal(
    'No role of this account serves this job.',
    'Connect a role for the job, or add the job to one.',
  ),
  'account.roleAmbiguous': refusal(
    'More than one role of this account serves this job.',
    'Leave the job to exactly one role of the account.',
  ),
  'account.roleArnInvalid': refusal(
    'The registered role ARN is malformed, of another partition, or of an account of ours.',
    'Connect the role again with its exact ARN.',
  ),
  'account.notVerified': refusal(
    'The trust of the role has not been proven.',
    'Run the verification of the role and mend what it finds.',
  ),
  'account.awaitsConsent': refusal(
    'The role was connected, and no second person has consented to it yet; nothing is issued for it before.',
    'Have somebody who may consent, and did not connect it, run `broker tenants consent`.',
  ),
  'consent.notAllowed': refusal(
    'Whoever asks may not take this part where a second person consents to roles.',
    'Have it asked for by one of `hardening.roleConsent.principals`; it must be an IAM role or user, as who connects must.',
  ),
  'consent.ownConnection': refusal(
    'Whoever asks connected the role, or gave it more jobs; another session of the same role is the same principal.',
    'Have another of those consent who may; where nobody else is left, have somebody else disconnect it and connect it anew.',
  ),
  'consent.notAwaited': refusal(
    'The role awaits nobody’s consent: it was given, or the role was connected without that rule.',
    'Nothing; look at the role with `broker tenants show`.',
  ),
  'trust.unsafe': refusal(
    'The role can be assumed without the external ID.',
    'Have the tenant require sts:ExternalId with StringEquals in its trust policy, then verify again.',
  ),
  'trust.broken': refusal(
    'The role can no longer be assumed with the external ID.',
    'Have the tenant restore its trust policy, then verify again.',
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>;
