/**
 * The codes that a refusal, a denial or a failure may carry, and the one error class that carries them.
 * A code is a promise to whoever reads it: it is never renamed, and `docs/errors.md` says what to do about each.
 */
type CodeEntry = {
  /** `refusal`: a policy said no. `denial`: STS said no. `failure`: something broke. */
  readonly kind: 'refusal' | 'denial' | 'failure';
  /** May the same request succeed later without anybody changing anything? */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly whatToDo: string;
};

function refusal(meaning: string, whatToDo: string): CodeEntry & { readonly kind: 'refusal' } {
  return { kind: 'refusal', retryable: false, meaning, whatToDo };
}

function failure(retryable: boolean, meaning: string, whatToDo: string): CodeEntry & { readonly kind: 'failure' } {
  return { kind: 'failure', retryable, meaning, whatToDo };
}

export const errorCodes = {
  'request.malformed': refusal(
    'The message is not JSON, or not an EventBridge event or a record of the broker.',
    'Send a RunJob event through the bus; nothing else may write to the queue.',
  ),
  'request.tooLarge': refusal(
    'The message is over 64 KiB, deeper than 8 levels, or has more than 200 keys.',
    'Make the input smaller, or name objects in it instead of carrying them.',
  ),
  'request.fieldNotAllowed': refusal(
    'A key is not one of the schema, differs from one only in its letters, or is a reserved name.',
    'Remove the key or spell it exactly as documented.',
  ),
  'request.fieldInvalid': refusal(
    'A field is missing, or its value has the wrong type or form.',
    'Correct the field that the message names.',
  ),
  'request.versionUnsupported': refusal(
    'The detail has a schema version that this broker does not know.',
    'Send a supported version.',
  ),
  'request.tooOld': refusal('The request is older than the limit.', 'Ask again; a request is not kept for later.'),
  'request.fromFuture': refusal(
    'The request bears a time too far in the future.',
    'Correct the clock of the requester.',
  ),
  'request.replayed': refusal(
    'The event comes from an EventBridge replay, and no replay is allowed now.',
    'Ask anew, or have an operator allow a replay for a bounded time.',
  ),
  'request.idConflict': refusal(
    'A request with this id was recorded before with another payload.',
    'Use a new idempotency key for a new request.',
  ),
  'request.hopLimit': refusal(
    'The request has travelled through jobs and back too often.',
    'Break the loop: a job asked for a job that asked for it.',
  ),
  'request.formatUnavailable': refusal(
    'The format would show the external ID again, or needs templates in S3, which this deployment does not have.',
    'Ask for cloudformation, stackset or terraform; rotate an external ID that is lost.',
  ),
  'requester.notAllowed': refusal(
    'The requester is not bound to this tenant or to this job.',
    'Add the tenant or the job to the requester in `config/<stage>.yml`, if it should be.',
  ),
  'tenant.idInvalid': refusal(
    'The tenant id is not 2 to 63 of a-z, 0-9 and inner hyphens.',
    'Send the id exactly as it was registered.',
  ),
  'tenant.unknown': refusal('No tenant has this id.', 'Register the tenant, or correct the id.'),
  'tenant.suspended': refusal('The tenant is suspended.', 'Resume the tenant when the reason is gone.'),
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
  'trust.unsafe': refusal(
    'The role can be assumed without the external ID.',
    'Have the tenant require sts:ExternalId with StringEquals in its trust policy, then verify again.',
  ),
  'trust.broken': refusal(
    'The role can no longer be assumed with the external ID.',
    'Have the tenant restore its trust policy, then verify again.',
  ),
  'caller.unknown': refusal(
    'AWS does not say which IAM principal is calling.',
    'Call the function URL with a signed request; a direct invocation is not served.',
  ),
  'route.unknown': refusal('There is nothing at this address.', 'Use an address and a method of the documentation.'),
  'job.unknown': refusal('No job has this name.', 'Use a name of the catalogue.'),
  'job.notEnabled': refusal('The job is not enabled for this tenant.', 'Enable the job for the tenant.'),
  'switch.off': refusal('An operator has switched this off.', 'Ask who switched it off, or switch it on again.'),
  'policy.parameterInvalid': refusal(
    'A setting of the tenant does not fit the schema of the job.',
    'Correct the setting.',
  ),
  'policy.tooLarge': refusal(
    'The session policy is larger than STS takes.',
    'Use fewer or shorter settings; the role is never assumed without its session policy.',
  ),
  'claim.refused': refusal(
    'The envelope may not be opened: opened before, too late, revoked, replaced by a later attempt, or switched off.',
    'Look up the issuance in the ledger; the job did nothing.',
  ),
  'sts.denied': {
    kind: 'denial',
    retryable: false,
    meaning: 'STS denied AssumeRole and does not say why.',
    whatToDo:
      "Look, in this order, at the role's existence, the principal of its trust policy, its external ID, and a service control policy.",
  },
  'sts.regionDisabled': {
    kind: 'denial',
    retryable: false,
    meaning: 'STS is not active in the home region for the tenant’s account.',
    whatToDo: 'Have the tenant activate STS in the home region in its account settings.',
  },
  'sts.policyRejected': failure(false, 'STS rejected the session policy as malformed.', 'Report it: this is our bug.'),
  'sts.requestRejected': failure(
    false,
    'STS rejected the request as invalid, for example a duration over the limit of the role.',
    'Compare the job with the maximum session duration of the role.',
  ),
  'sts.unavailable': failure(true, 'STS throttled the call or had an error of its own.', 'Nothing: it is tried again.'),
  'sts.outcomeUnknown': failure(
    true,
    'The answer of STS was lost or unreadable: a session that nobody holds may exist until it expires.',
    'Nothing: the next attempt is recorded and made; CloudTrail tells whether a session was made.',
  ),
  'broker.credentialsExpired': failure(
    true,
    'STS did not accept the credentials or the clock of the broker itself.',
    'Check the role and the clock of the broker.',
  ),
  'broker.clockSkewed': failure(
    true,
    'The expiry that STS gave is more than 30 seconds from what the clock of the broker expects.',
    'Check the clock of the broker; the session was dropped.',
  ),
  'store.busy': failure(true, 'A table throttled the call.', 'Nothing: it is tried again.'),
  'store.unavailable': failure(
    true,
    'A table could not be read or written. Without its record nothing is assumed.',
    'Check the table and the permissions of the function.',
  ),
  'store.itemInvalid': failure(
    false,
    'An item of a table does not have its shape.',
    'Restore the item; something other than the broker wrote it.',
  ),
  'seal.failed': failure(
    true,
    'The data key for the envelope could not be had from KMS.',
    'Check that the envelope key is enabled and may be used.',
  ),
  'job.busy': failure(true, 'Lambda throttled the invocation of the job.', 'Nothing: it is tried again.'),
  'job.notDeployed': failure(
    false,
    'The function of the job does not exist or may not be invoked.',
    'Deploy the function of the job.',
  ),
  'envelope.invalid': failure(false, 'The envelope could not be opened.', 'Look up the issuance in the ledger.'),
  'job.failed': failure(false, 'The job ended with an error after its claim.', 'Read the log of the job.'),
  internal: failure(true, 'An assertion of the broker failed.', 'Report it with the correlation id.'),
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type ErrorCode = keyof typeof errorCodes;

/** The closed list of reasons with which a policy can say no. */
export type RefusalReason = {
  [Code in ErrorCode]: (typeof errorCodes)[Code]['kind'] extends 'refusal' ? Code : never;
}[ErrorCode];

/** Is this one of the codes? Reads own properties only, so that `constructor` is not a code. */
export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(errorCodes, value);
}

/**
 * Something broke. The message is for the operator; it never holds an external ID, a credential or the text of a
 * policy. `detail` is a flat record of identifiers and numbers, safe to log.
 */
export class BrokerError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly detail: Readonly<Record<string, string | number>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly detail?: Readonly<Record<string, string | number>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BrokerError';
    this.code = code;
    this.retryable = errorCodes[code].retryable;
    this.detail = options.detail ?? {};
  }
}

/** Marks a branch that the types say cannot be reached. */
export function assertNever(value: never): never {
  throw new BrokerError('internal', `a case is not handled: ${JSON.stringify(value)}`);
}
