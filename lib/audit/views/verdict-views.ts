import { ASSUMING_FUNCTIONS } from '../../onboarding/trust/assuming-roles.ts';
import { CLOCKS_APART_MS, MISSING_AFTER_MS } from '../session-verdict.ts';
import { CLOUDTRAIL_TABLE } from './cloudtrail-table.ts';
import { columns, momentMs, type View, type ViewContext } from './view.ts';

const NO_TEXT = 'CAST(NULL AS varchar)';
/** The verdicts of a call that counts as the announced session itself; other calls are strays. */
const SHOWN = "('matched', 'explained', 'awaited')";

/**
 * What CloudTrail and the archive say together, by the rules of `judgeSessions`; a test compares the views with that
 * function. The views never say `late`, because the files do not tell when they arrived.
 */
export const verdictViews: readonly View[] = [
  {
    name: 'trail_span',
    about: 'From when to when the CloudTrail records go that there are.',
    reads: [CLOUDTRAIL_TABLE],
    isPart: true,
    select: ({ dialect }) => `SELECT
${columns({ from_ms: dialect.msOfText('min(t.eventtime)'), to_ms: dialect.msOfText('max(t.eventtime)') })}
FROM ${CLOUDTRAIL_TABLE} AS t`,
  },
  {
    name: 'judged_sessions',
    about:
      'Each session that was announced, or that CloudTrail shows, with what it is: side by side where both have it.',
    reads: ['assumptions', 'announced'],
    isPart: true,
    select: (context) => `SELECT
${columns({
  announced_name: 'a.session_name',
  ...fieldsOf('a', ['record_id', 'attempt', 'tenant_id', 'account_id', 'job', 'answer', 'issued_at_ms']),
  announced_role_arn: 'a.role_arn',
  announced_key_id: 'a.access_key_id',
  ...fieldsOf('s', ['session_name', 'role_arn', 'access_key_id', 'sts_request_id']),
  ...fieldsOf('s', ['caller_role_arn', 'source_ip_address', 'event_ms']),
  judgement: judgement(context),
})}
FROM announced AS a
FULL OUTER JOIN (SELECT * FROM assumptions WHERE outcome = 'allowed') AS s
  ON a.session_name = s.session_name
WHERE s.caller_role_arn IS NOT NULL
  OR a.session_name IS NOT NULL`,
  },
  {
    name: 'settled_sessions',
    about: 'The same, where one call explains one session: any other is somebody else’s.',
    reads: ['judged_sessions'],
    isPart: true,
    select: () => `SELECT
  j.*,
  CASE
    WHEN j.judgement = 'explained' AND row_number() OVER (
      PARTITION BY j.announced_name, j.judgement ORDER BY j.event_ms, j.access_key_id
    ) > 1 THEN 'secondSession'
    ELSE j.judgement
  END AS settled
FROM judged_sessions AS j`,
  },
  {
    name: 'weighed_sessions',
    about: 'The same, with whether any of what CloudTrail shows under a name counts for what was announced.',
    reads: ['settled_sessions'],
    isPart: true,
    select: () => `SELECT
  s.*,
  max(CASE WHEN s.settled IN ${SHOWN} THEN 1 ELSE 0 END) OVER (PARTITION BY s.announced_name) AS shown,
  row_number() OVER (PARTITION BY s.announced_name ORDER BY s.event_ms) AS place
FROM settled_sessions AS s`,
  },
  {
    name: 'recorded_calls',
    about: 'STS request ids of every call that was answered.',
    reads: ['trail_entries', 'probes'],
    isPart: true,
    select:
      () => `SELECT e.sts_request_id, e.issuance_id AS record_id FROM trail_entries AS e WHERE e.sts_request_id IS NOT NULL
UNION
SELECT p.sts_request_id, p.probe_id FROM probes AS p WHERE p.sts_request_id IS NOT NULL`,
  },
  {
    name: 'lost_denials',
    about: 'Denied calls that may be ones whose answer was lost: announced for the role, by the caller, at the time.',
    reads: ['assumptions', 'announced'],
    isPart: true,
    select: ({ rolePattern }) => `SELECT s.sts_request_id, max(a.record_id) AS record_id
FROM assumptions AS s
JOIN announced AS a
  ON a.role_arn = s.role_arn
WHERE s.outcome = 'denied'
  AND a.answer = 'lost'
  AND s.caller_role_arn LIKE ('%:role/${rolePattern}' || a.called_by)
  AND s.event_ms >= a.called_at_ms - ${CLOCKS_APART_MS}
  AND s.event_ms <= a.called_until_ms + ${CLOCKS_APART_MS}
GROUP BY s.sts_request_id`,
  },
  {
    name: 'session_verdicts',
    order: 'happened_at DESC',
    about: 'Each session and each denied call: matched, explained, awaited, missing or stray, and why it is one.',
    reads: ['weighed_sessions', 'trail_span', 'assumptions', 'recorded_calls', 'lost_denials'],
    select: (context) => `${sessions(context)}\nUNION ALL\n${denied(context)}`,
  },
];

function fieldsOf(table: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `${table}.${name}`]));
}

function judgement({ rolePattern }: ViewContext): string {
  return `CASE
    WHEN s.event_ms IS NULL THEN ${NO_TEXT}
    WHEN ${neverCalls(rolePattern)} THEN 'otherCaller'
    WHEN a.session_name IS NULL THEN 'nameUnknown'
    WHEN s.caller_role_arn NOT LIKE ('%:role/${rolePattern}' || a.called_by) THEN 'otherCaller'
    WHEN a.role_arn IS NULL OR s.role_arn <> a.role_arn THEN 'otherRole'
    WHEN a.answer = 'read' AND s.access_key_id = a.access_key_id THEN 'matched'
    WHEN a.answer = 'read' THEN 'otherKey'
    WHEN s.event_ms < a.called_at_ms - ${CLOCKS_APART_MS} THEN 'outsideCall'
    WHEN s.event_ms > a.called_until_ms + ${CLOCKS_APART_MS} THEN 'outsideCall'
    WHEN a.answer = 'open' THEN 'awaited'
    WHEN a.answer = 'closed' THEN 'noSessionMade'
    ELSE 'explained'
  END`;
}

/**
 * This reason comes first because it says more: a role that never assumes another did so. The condition is NULL, and so
 * does not hold, where nothing says who called.
 */
function neverCalls(rolePattern: string): string {
  const callers = [...ASSUMING_FUNCTIONS, 'decoy'].map(
    (name) => `s.caller_role_arn NOT LIKE '%:role/${rolePattern}${name}'`,
  );
  return callers.join(' AND ');
}

/**
 * A row for each session that CloudTrail shows, and one for each that was announced and is not shown, as far as
 * CloudTrail's records go.
 */
function sessions({ dialect }: ViewContext): string {
  const either = (shown: string, announced: string) => `CASE WHEN k.told = 'shown' THEN ${shown} ELSE ${announced} END`;
  return `SELECT
${columns({
  verdict: `CASE
    WHEN k.told = 'shown' AND w.settled IN ${SHOWN} THEN w.settled
    WHEN k.told = 'shown' THEN 'stray'
    WHEN w.answer <> 'read' THEN 'awaited'
    WHEN t.from_ms IS NULL OR w.issued_at_ms < t.from_ms THEN 'notCovered'
    WHEN t.to_ms - w.issued_at_ms > ${MISSING_AFTER_MS} THEN 'missing'
    ELSE 'awaited'
  END`,
  why: `CASE WHEN k.told = 'shown' AND w.settled NOT IN ${SHOWN} THEN w.settled END`,
  session_name: either('w.session_name', 'w.announced_name'),
  ...fieldsOf('w', ['record_id', 'attempt', 'tenant_id', 'account_id', 'job']),
  role_arn: either('w.role_arn', 'w.announced_role_arn'),
  access_key_id: either('w.access_key_id', 'w.announced_key_id'),
  sts_request_id: either('w.sts_request_id', NO_TEXT),
  caller_role_arn: either('w.caller_role_arn', NO_TEXT),
  source_ip_address: either('w.source_ip_address', NO_TEXT),
  happened_at: dialect.timeOfMs(either('w.event_ms', 'w.issued_at_ms')),
})}
FROM weighed_sessions AS w
CROSS JOIN trail_span AS t
CROSS JOIN (VALUES ('shown'), ('announced')) AS k (told)
WHERE (k.told = 'shown' AND w.event_ms IS NOT NULL)
  OR (k.told = 'announced' AND w.announced_name IS NOT NULL AND w.shown = 0 AND w.place = 1 AND w.answer <> 'closed')`;
}

/** CloudTrail shows no session name for denied calls: what was recorded of them is their STS request id. */
function denied(context: ViewContext): string {
  const { dialect, rolePattern } = context;
  const isRecent = `${momentMs(context)} - s.event_ms <= ${MISSING_AFTER_MS}`;
  return `SELECT
${columns({
  verdict: `CASE
    WHEN ${neverCalls(rolePattern)} THEN 'stray'
    WHEN k.record_id IS NOT NULL THEN 'matched'
    WHEN ${isRecent} THEN 'awaited'
    WHEN l.record_id IS NOT NULL THEN 'explained'
    ELSE 'stray'
  END`,
  why: `CASE
    WHEN ${neverCalls(rolePattern)} THEN 'otherCaller'
    WHEN k.record_id IS NULL AND l.record_id IS NULL AND NOT (${isRecent}) THEN 'callUnknown'
  END`,
  session_name: NO_TEXT,
  record_id: 'coalesce(k.record_id, l.record_id)',
  attempt: 'CAST(NULL AS bigint)',
  tenant_id: NO_TEXT,
  account_id: NO_TEXT,
  job: NO_TEXT,
  role_arn: 's.role_arn',
  access_key_id: NO_TEXT,
  sts_request_id: 's.sts_request_id',
  caller_role_arn: 's.caller_role_arn',
  source_ip_address: 's.source_ip_address',
  happened_at: dialect.timeOfMs('s.event_ms'),
})}
FROM assumptions AS s
LEFT JOIN recorded_calls AS k
  ON k.sts_request_id = s.sts_request_id
LEFT JOIN lost_denials AS l
  ON l.sts_request_id = s.sts_request_id
WHERE s.outcome = 'denied'
  AND s.caller_role_arn IS NOT NULL`;
}
