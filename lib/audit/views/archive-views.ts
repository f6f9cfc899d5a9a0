import { ARCHIVE_PARTITION, ARCHIVE_TABLE, archiveColumns } from './archive-table.ts';
import { fieldsOfItems } from './sql-type.ts';
import { columns, type View } from './view.ts';

/** The views of the archive's lines as they are: every change, and the changes with which something is wrong. */
export const archiveViews: readonly View[] = [
  {
    name: 'changes',
    order: 'changed_at DESC',
    about: 'Every change of the ledger, once: the archive may hold one twice.',
    reads: [ARCHIVE_TABLE],
    select: ({ dialect }) => `SELECT
${columns({
  ...changeOf('c'),
  changed_at: dialect.timeOfMs('c.changedatms'),
  sequence_number: 'c.sequencenumber',
  change_id: 'c.changeid',
  findings: dialect.countOf('c.findings'),
  record: 'c.record',
})}
FROM (
  SELECT a.*, row_number() OVER (PARTITION BY a.changeid ORDER BY a.${ARCHIVE_PARTITION}) AS copy
  FROM ${ARCHIVE_TABLE} AS a
) AS c
WHERE c.copy = 1`,
  },
  {
    name: 'findings',
    order: 'changed_at DESC',
    about: 'Changes that no code of ours makes, and why they are none.',
    reads: [ARCHIVE_TABLE],
    select: ({ dialect }) => {
      const finding = dialect.itemsOf('c.findings', { as: 'f', fields: fieldsOfItems(archiveColumns['findings']) });
      return `SELECT DISTINCT
${columns({
  changed_at: dialect.timeOfMs('c.changedatms'),
  finding: finding.field('finding'),
  explanation: finding.field('explanation'),
  ...changeOf('c'),
  change_id: 'c.changeid',
})}
FROM ${ARCHIVE_TABLE} AS c
${finding.join}`;
    },
  },
];

function changeOf(line: string): Readonly<Record<string, string>> {
  return {
    change_kind: `${line}.change`,
    record_type: `${line}.recordtype`,
    record_id: `${line}.recordid`,
    tenant_id: `${line}.tenantid`,
    account_id: `${line}.accountid`,
    job: `${line}.job`,
  };
}
