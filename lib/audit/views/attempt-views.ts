import { attribute, fieldsIn } from './newest-record.ts';
import { columns, momentMs, type View, type ViewContext } from './view.ts';

/** The types of trail entries that announce an AssumeRole call. */
const CALL = "('intended', 'called')";
/** Longer than any session of ours lasts, including its call and the difference between clocks. */
const POSSIBLE_MS = 65 * 60_000;

/** The views of sessions: every attempt, and those that may be in use at a moment. */
export const attemptViews: readonly View[] = [
  {
    name: 'trail_entries',
    about: 'Every entry of every trail.',
    reads: ['newest_issuances'],
    isPart: true,
    select: ({ dialect }) => {
      const entry = dialect.itemsOf(attribute('trail'), { as: 'e', fields: fieldsIn('trail') });
      return `SELECT
${columns({
  issuance_id: 'c.recordid',
  attempt: entry.field('attempt'),
  sequence: entry.field('sequence'),
  entry_type: entry.field('type'),
  at_ms: entry.field('atMs'),
  role_arn: entry.field('roleArn'),
  sts_request_id: entry.field('stsRequestId'),
})}
FROM newest_issuances AS c
${entry.join}`;
    },
  },
  {
    name: 'announced_calls',
    about: 'Of each attempt, what its trail says of its AssumeRole calls.',
    reads: ['trail_entries'],
    isPart: true,
    select: () => `SELECT
${columns({
  issuance_id: 'e.issuance_id',
  attempt: 'e.attempt',
  called_at_ms: `max_by(e.at_ms, e.sequence) FILTER (WHERE e.entry_type IN ${CALL})`,
  called_role_arn: `min_by(e.role_arn, e.sequence) FILTER (WHERE e.entry_type IN ${CALL})`,
  last_entry: 'max_by(e.entry_type, e.sequence)',
})}
FROM trail_entries AS e
WHERE e.attempt IS NOT NULL
GROUP BY e.issuance_id, e.attempt`,
  },
  {
    name: 'attempts',
    order: 'intended_at DESC',
    about: 'Each attempt to get a session: its name, its key, from when to when, and how it ended.',
    reads: ['newest_issuances', 'announced_calls'],
    select: selectAttempts,
  },
  {
    name: 'live_sessions',
    order: 'expires_at DESC',
    about: 'Sessions that may be in use at a moment: issued and not over, or made by a call whose answer is not known.',
    reads: ['attempts'],
    select: (context) => {
      const at = momentMs(context);
      const isIssued = `a.access_key_id IS NOT NULL AND a.issued_at_ms <= ${at} AND a.expires_at_ms > ${at}`;
      const isPossible = `a.access_key_id IS NULL AND a.outcome IN ('open', 'unknown')
    AND a.called_at_ms <= ${at} AND a.called_at_ms + ${POSSIBLE_MS} > ${at}`;
      return `SELECT
${columns({
  certainty: "CASE WHEN a.access_key_id IS NULL THEN 'possible' ELSE 'issued' END",
  is_fenced: `coalesce(a.fence_ms <= ${at}, false)`,
  ...Object.fromEntries(LIVE.map((name) => [name, `a.${name}`])),
})}
FROM attempts AS a
WHERE (${isIssued})
  OR (${isPossible})`;
    },
  },
];

const LIVE = [
  'issuance_id',
  'attempt',
  'tenant_id',
  'account_id',
  'job',
  'requester',
  'state',
  'session_name',
  'access_key_id',
  'role_arn',
  'issued_at',
  'fence_at',
  'expires_at',
] as const;

function selectAttempts({ dialect }: ViewContext): string {
  const attempt = dialect.itemsOf(attribute('attempts'), { as: 't', fields: fieldsIn('attempts') });
  const time = (name: string) => dialect.timeOfMs(attempt.field(name));
  return `SELECT
${columns({
  issuance_id: 'c.recordid',
  attempt: attempt.field('attempt'),
  session_name: attempt.field('sessionName'),
  outcome: attempt.field('outcome'),
  code: attempt.field('code'),
  tenant_id: attribute('tenantId'),
  account_id: attribute('accountId'),
  job: attribute('job'),
  requester: attribute('requester'),
  request_id: attribute('requestId'),
  state: attribute('state'),
  delivery: `coalesce(${attribute('delivery')}, 'job')`,
  role_arn: `coalesce(k.called_role_arn, ${attribute('roleArn')})`,
  access_key_id: attempt.field('accessKeyId'),
  assumed_role_id: attempt.field('assumedRoleId'),
  sts_request_id: attempt.field('stsRequestId'),
  calls: attempt.field('calls'),
  intended_at: time('intendedAtMs'),
  issued_at: time('issuedAtMs'),
  fence_at: time('fenceMs'),
  expires_at: time('expiresAtMs'),
  policy_sha256: attempt.field('policySha256'),
  last_entry: 'k.last_entry',
  called_at_ms: `coalesce(k.called_at_ms, ${attempt.field('intendedAtMs')})`,
  issued_at_ms: attempt.field('issuedAtMs'),
  fence_ms: attempt.field('fenceMs'),
  expires_at_ms: attempt.field('expiresAtMs'),
})}
FROM newest_issuances AS c
${attempt.join}
LEFT JOIN announced_calls AS k
  ON k.issuance_id = c.recordid AND k.attempt = ${attempt.field('attempt')}`;
}
