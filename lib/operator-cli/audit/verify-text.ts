import type { ArchiveReport } from '../../audit/verification/verify-archive.ts';
import { countOf, grouped } from '../terminal/progress.ts';
import { renderFacts, renderTable, type TableStyle } from '../terminal/table.ts';
import { beginning, instantOf } from '../terminal/time-words.ts';

/** The result of a verification, for people. */
export function renderVerification(report: ArchiveReport, style: TableStyle): string {
  const facts = renderFacts(factsOf(report), style);
  if (report.findings.length === 0) return facts;
  const rows = report.findings.map(({ kind, object = '', line, recordId = '', explanation }) => [
    { text: kind, tone: 'bad' as const },
    line === undefined ? object : `${object}, line ${line}`,
    recordId,
    explanation,
  ]);
  const left = report.findingsInAll - report.findings.length;
  const more = left === 0 ? '' : `And ${grouped(left)} more.\n`;
  return `${facts}\n${renderTable(['FINDING', 'WHERE', 'RECORD', 'WHAT'], rows, style)}${more}`;
}

type Facts = Parameters<typeof renderFacts>[0];

function factsOf({
  isProven,
  archive,
  covered,
  counted,
  pending,
  issuances,
  signedBy,
  findingsInAll,
}: ArchiveReport): Facts {
  const outcome = isProven
    ? ({ text: 'yes', tone: 'good' } as const)
    : ({ text: `no: ${countOf(findingsInAll, 'finding')}`, tone: 'bad' } as const);
  const digests = covered && `digests ${grouped(covered.firstSequence)} to ${grouped(covered.lastSequence)}`;
  return [
    ['archive', archive],
    ['proven', outcome],
    [
      'covered',
      covered === undefined ? 'nothing' : `${beginning(covered.fromMs)} to ${instantOf(covered.toMs)}, ${digests}`,
    ],
    [
      'read',
      `${countOf(counted.records, 'record')} in ${countOf(counted.objects, 'object')}, ${countOf(issuances, 'issuance')}`,
    ],
    ...(pending.objects === 0
      ? []
      : ([['too new', `${countOf(pending.records, 'record')}: read, and not signed yet`]] as const)),
    ...signedBy.map(({ publicKeySha256, digests: signed }) => {
      return ['signed by', `public key ${publicKeySha256}: ${countOf(signed, 'digest')}`] as const;
    }),
  ];
}
