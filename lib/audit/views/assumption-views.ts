import { CLOUDTRAIL_TABLE } from './cloudtrail-table.ts';
import { columns, type View, type ViewContext } from './view.ts';

const PARAMETERS = 't.requestparameters';
const RESPONSE = 't.responseelements';
const ISSUER = 't.useridentity."sessioncontext"."sessionissuer"."arn"';
/** The caller in the first copy that names one: only the copies of the caller's own account do. */
const CALLER = 'min_by(r.caller_role_arn, r.event_ms) FILTER (WHERE r.caller_role_arn IS NOT NULL)';
/** For a denied call, AWS names the role in the message and nowhere else. */
const ROLE_IN_MESSAGE = 'on resource: (arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576})';

/** The views of what CloudTrail shows: AssumeRole calls, and what was done with the sessions that they made. */
export const assumptionViews: readonly View[] = [
  {
    name: 'assume_role_records',
    about: "CloudTrail's records of AssumeRole calls.",
    reads: [CLOUDTRAIL_TABLE],
    isPart: true,
    select: ({ dialect }) => `SELECT
${columns({
  event_ms: dialect.msOfText('t.eventtime'),
  event_id: 't.eventid',
  sts_request_id: 't.requestid',
  recipient_account_id: 't.recipientaccountid',
  caller_role_arn: ISSUER,
  source_ip_address: 't.sourceipaddress',
  user_agent: 't.useragent',
  error_code: 't.errorcode',
  role_arn: `CASE
    WHEN t.errorcode IS NULL THEN ${dialect.jsonText(PARAMETERS, '$.roleArn')}
    ELSE nullif(regexp_extract(t.errormessage, '${ROLE_IN_MESSAGE}', 1), '')
  END`,
  session_name: dialect.jsonText(PARAMETERS, '$.roleSessionName'),
  source_identity: dialect.jsonText(PARAMETERS, '$.sourceIdentity'),
  access_key_id: dialect.jsonText(RESPONSE, '$.credentials.accessKeyId'),
  assumed_role_id: dialect.jsonText(RESPONSE, '$.assumedRoleUser.assumedRoleId'),
})}
FROM ${CLOUDTRAIL_TABLE} AS t
WHERE t.eventsource = 'sts.amazonaws.com'
  AND t.eventname = 'AssumeRole'
  AND t.useridentity."type" <> 'AWSService'
  AND t.useridentity."accountid" IS NOT NULL`,
  },
  {
    name: 'assumptions',
    order: 'event_at DESC',
    about:
      'Every AssumeRole call of our roles that CloudTrail shows, once; of others’ copies alone, without its caller.',
    reads: ['assume_role_records'],
    select: (context) => `SELECT
${columns({
  event_at: context.dialect.timeOfMs('min(r.event_ms)'),
  outcome: "CASE WHEN max(r.error_code) IS NULL THEN 'allowed' ELSE 'denied' END",
  session_name: 'max(r.session_name)',
  role_arn: 'r.role_arn',
  access_key_id: 'max(r.access_key_id)',
  assumed_role_id: 'max(r.assumed_role_id)',
  sts_request_id: 'max(r.sts_request_id)',
  caller_role_arn: CALLER,
  source_identity: 'max(r.source_identity)',
  source_ip_address: 'max(r.source_ip_address)',
  user_agent: 'max(r.user_agent)',
  error_code: 'max(r.error_code)',
  seen_in_accounts: context.dialect.joinedTexts('r.recipient_account_id'),
  event_ms: 'min(r.event_ms)',
})}
FROM assume_role_records AS r
GROUP BY coalesce(r.access_key_id, r.sts_request_id), r.role_arn
HAVING ${CALLER} IS NULL
  OR ${CALLER} LIKE '%:role/${context.rolePattern}%'`,
  },
  {
    name: 'session_calls',
    order: 'last_at DESC',
    about: 'What was done with each session, by service and call: how often, from when to when, from where.',
    reads: ['attempts', CLOUDTRAIL_TABLE],
    select: selectSessionCalls,
  },
];

function selectSessionCalls({ dialect }: ViewContext): string {
  const named = ['issuance_id', 'attempt', 'session_name', 'tenant_id', 'account_id', 'job', 'access_key_id'];
  const atMs = dialect.msOfText('t.eventtime');
  return `SELECT
${columns({
  ...Object.fromEntries(named.map((name) => [name, `a.${name}`])),
  service: 't.eventsource',
  api_call: 't.eventname',
  calls: 'count(*)',
  errors: 'count(t.errorcode)',
  after_fence: `count(CASE WHEN ${atMs} > a.fence_ms THEN 1 END)`,
  first_at: dialect.timeOfMs(`min(${atMs})`),
  last_at: dialect.timeOfMs(`max(${atMs})`),
  error_codes: dialect.joinedTexts('t.errorcode'),
  source_addresses: dialect.joinedTexts('t.sourceipaddress'),
})}
FROM attempts AS a
JOIN ${CLOUDTRAIL_TABLE} AS t
  ON t.useridentity."accesskeyid" = a.access_key_id
GROUP BY ${named.map((name) => `a.${name}`).join(', ')}, t.eventsource, t.eventname`;
}
