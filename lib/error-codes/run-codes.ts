import { type CodeEntry, failure, refusal } from './code-entry.ts';

/** The codes of jobs, switches and sessions, and of the services that the broker itself needs. */
export const runCodes = {
  'job.unknown': refusal('No job has this name.', 'Use a name of the catalogue.'),
  'job.notEnabled': refusal('The job is not enabled for this tenant.', 'Enable the job for the tenant.'),
  'job.notForCallers': refusal(
    'The sessions of this job go to its function only, never to a caller.',
    'Ask for a run of the job, or use a job whose catalogue entry delivers to callers.',
  ),
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
  'sts.heldBack': failure(
    true,
    'The broker holds its calls to STS back: most of the last ones failed, or its share of them is used up for now.',
    'Nothing: it is tried again. If it goes on, look at the health of STS, and at `limits.stsCallsPerSecond`.',
  ),
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
  'vending.unavailable': failure(
    true,
    'STS or a table was too busy to give credentials in time; no session was made.',
    'Ask again in a minute.',
  ),
  'vending.outcomeUnknown': failure(
    true,
    'The answer of STS was lost, unreadable or out of time: a session that nobody holds may exist until it expires.',
    'Ask again: that makes a session of its own. CloudTrail tells whether the lost one was made.',
  ),
  'vending.notRecorded': failure(
    true,
    'A session was made, but its issue could not be recorded: it was dropped, and nobody has it.',
    'Ask again; if it goes on, check the ledger table and the permissions of the function.',
  ),
  'verifier.unavailable': failure(
    true,
    'The function that verifies roles did not answer, or failed.',
    'Ask for the verification again; if it stays so, read the log of verify-trust.',
  ),
  'job.busy': failure(true, 'Lambda throttled the invocation of the job.', 'Nothing: it is tried again.'),
  'job.notDeployed': failure(
    false,
    'The function of the job does not exist or may not be invoked.',
    'Deploy the function of the job.',
  ),
  'envelope.invalid': failure(false, 'The envelope could not be opened.', 'Look up the issuance in the ledger.'),
  'job.sessionRevoked': failure(
    false,
    'The role’s own policy denied a session that a job was using: as a rule its customer has ended our sessions.',
    'Ask the customer before it runs again; a Deny of another kind in its role denies every run.',
  ),
  'job.failed': failure(false, 'The job ended with an error after its claim.', 'Read the log of the job.'),
  internal: failure(true, 'An assertion of the broker failed.', 'Report it with the correlation id.'),
} as const satisfies Readonly<Record<string, CodeEntry>>;
