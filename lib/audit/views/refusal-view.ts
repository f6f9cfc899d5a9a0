import { ARCHIVE_TABLE } from './archive-table.ts';
import { attribute, newestOf } from './newest-record.ts';
import { columns, type View } from './view.ts';

/** Every refusal of our own, by day and reason; where refusals were counted instead of recorded, their number. */
export const refusalView: View = {
  name: 'refusals',
  order: 'day DESC, refusals DESC',
  about: 'Refusals by day, reason, requester and job; those of strangers that were only counted, too.',
  reads: [ARCHIVE_TABLE, 'requests', 'issuances'],
  select: () => `${grouped({ from: 'requests', of: 'request', where: "decision = 'refused'" })}
UNION ALL
${grouped({ from: 'issuances', of: 'issuance', where: "state IN ('refused', 'revoked')" })}
UNION ALL
SELECT
${columns({
  day: attribute('day'),
  refused: "'stranger'",
  reason: nothing(),
  requester: attribute('name'),
  job: nothing(),
  refusals: `CAST(sum(${attribute('counted')}) AS bigint)`,
  tenants: 'count(DISTINCT c.tenantid)',
})}
${newestOf('strangers')}
GROUP BY ${attribute('day')}, ${attribute('name')}`,
};

type Source = { readonly from: string; readonly of: string; readonly where: string };

function grouped({ from, of, where }: Source): string {
  return `SELECT
${columns({
  day: 'r.day',
  refused: `'${of}'`,
  reason: 'r.refusal_reason',
  requester: 'r.requester',
  job: 'r.job',
  refusals: 'count(*)',
  tenants: 'count(DISTINCT r.tenant_id)',
})}
FROM ${from} AS r
WHERE r.${where}
GROUP BY r.day, r.refusal_reason, r.requester, r.job`;
}

function nothing(): string {
  return 'CAST(NULL AS varchar)';
}
