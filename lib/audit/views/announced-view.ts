import { LIMITS } from '../../ledger/issuance.ts';
import { ANSWERED_WITHIN_MS, PROBE_CALL_MS } from '../correlation/announced-session.ts';
import { columns, momentMs, type View, type ViewContext } from './view.ts';

/**
 * What every attempt and probe announced, by the same rules as `announcedByIssuance` and `announcedByProbe`: the
 * sessions that may be compared with what CloudTrail shows. A test compares this view with those functions.
 */
export const announcedView: View = {
  name: 'announced',
  about: 'Every session that was announced, by an attempt or a probe.',
  reads: ['attempts', 'probes'],
  isPart: true,
  select: (context) => `SELECT
${columns({
  kind: "'issuance'",
  record_id: 'a.issuance_id',
  attempt: 'a.attempt',
  session_name: 'a.session_name',
  tenant_id: 'a.tenant_id',
  account_id: 'a.account_id',
  job: 'a.job',
  role_arn: 'a.role_arn',
  called_by: "CASE WHEN a.delivery = 'caller' THEN 'vend-credentials' ELSE 'issue-credentials' END",
  called_at_ms: 'a.called_at_ms',
  called_until_ms: `a.called_at_ms + ${LIMITS.leaseMs}`,
  access_key_id: 'a.access_key_id',
  issued_at_ms: 'coalesce(a.issued_at_ms, a.called_at_ms)',
  answer: `CASE
    WHEN a.access_key_id IS NOT NULL THEN 'read'
    WHEN a.outcome = 'open' AND a.last_entry = 'released' THEN 'closed'
    ${answer(context, { outcome: 'a.outcome', untilMs: `a.called_at_ms + ${LIMITS.leaseMs}` })}
  END`,
})}
FROM attempts AS a
UNION ALL
SELECT
${columns({
  kind: "'probe'",
  record_id: 'p.probe_id',
  attempt: 'CAST(NULL AS bigint)',
  session_name: 'p.probe_id',
  tenant_id: 'p.tenant_id',
  account_id: 'p.account_id',
  job: 'CAST(NULL AS varchar)',
  role_arn: 'p.role_arn',
  called_by: 'p.made_by',
  called_at_ms: 'coalesce(p.called_at_ms, p.recorded_at_ms)',
  called_until_ms: `coalesce(p.called_at_ms, p.recorded_at_ms) + ${PROBE_CALL_MS}`,
  access_key_id: 'p.access_key_id',
  issued_at_ms: 'coalesce(p.answered_at_ms, p.called_at_ms)',
  answer: `CASE
    WHEN p.called_at_ms IS NULL THEN 'closed'
    WHEN p.access_key_id IS NOT NULL THEN 'read'
    ${answer(context, { outcome: 'p.outcome', untilMs: `p.called_at_ms + ${PROBE_CALL_MS}` })}
  END`,
})}
FROM probes AS p`,
};

/** Clauses of a CASE. After this long no function that announced a call is still running: its answer was lost. */
function answer(context: ViewContext, { outcome, untilMs }: { readonly outcome: string; readonly untilMs: string }) {
  const isOver = `${momentMs(context)} > ${untilMs} + ${ANSWERED_WITHIN_MS}`;
  return `WHEN ${outcome} = 'open' THEN CASE WHEN ${isOver} THEN 'lost' ELSE 'open' END
    WHEN ${outcome} IN ('unknown', 'undelivered') THEN 'lost'
    ELSE 'closed'`;
}
