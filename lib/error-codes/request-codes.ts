import { type CodeEntry, failure, refusal } from './code-entry.ts';

/** The codes of requests and of requesters. */
export const requestCodes = {
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
  'requester.breadthExceeded': refusal(
    'The requester asked for more tenants in this hour than it may.',
    'Find out whether it was stolen before anything else; if it was not, raise its `limits.tenantsPerHour`.',
  ),
  'requester.rateLimited': failure(
    true,
    'The requester has made as many requests in this minute as it may.',
    'Nothing: it is tried again. If it goes on, raise its `limits.requestsPerMinute`.',
  ),
  'schedule.unknown': refusal(
    'No schedule has this name.',
    'Use a name of `schedules` in `config/<stage>.yml`; one that was added there takes a deployment.',
  ),
  'schedule.notRun': failure(
    true,
    'The function that asks for tenants by schedule did not answer; it may have opened a window.',
    'Look at the open windows of the schedule before you run it again.',
  ),
  'caller.unknown': refusal(
    'AWS does not say which IAM principal is calling.',
    'Call the function URL with a signed request; a direct invocation is not served.',
  ),
  'letter.unknown': refusal(
    'No dead letter with this id was found.',
    'Look again: a letter that somebody looks at or redrives just now is hidden for up to two minutes.',
  ),
  'route.unknown': refusal('There is nothing at this address.', 'Use an address and a method of the documentation.'),
} as const satisfies Readonly<Record<string, CodeEntry>>;
