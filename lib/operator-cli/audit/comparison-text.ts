import type { FilesCorrelation, JudgedReceipt, StrayCall } from '../../audit/log-files/files-correlation.ts';
import { isConsistent } from '../../audit/log-files/files-correlation.ts';
import type { FilesRead } from '../../audit/log-files/read-log-files.ts';
import type { StrayReason } from '../../audit/session-verdict.ts';
import { countOf, grouped } from '../terminal/progress.ts';
import { type Cell, renderFacts, renderTable, type TableStyle } from '../terminal/table.ts';
import { beginning, instantOf } from '../terminal/time-words.ts';
import type { Comparison } from './compare-trail.ts';
import { renderUses } from './session-use-text.ts';

/** The comparison for a person: first what does not agree, then what was done, then what was compared. */
export function renderComparison({ exports, files, correlation }: Comparison, style: TableStyle): string {
  const { strays, straysUnlisted, judged } = correlation;
  const missing = judged.filter(({ verdict }) => verdict === 'missing');
  const sections = [
    section('Not announced by any receipt', renderStrays(strays, style), strays.length),
    straysUnlisted > 0 ? `… and ${countOf(straysUnlisted, 'record')} more that were not kept.\n` : '',
    section('Announced, and not in the files', renderMissing(missing, style), missing.length),
    section('Not read', renderProblems(files, style), files.problemCount),
    renderUses(judged, style),
    section('What the files are about', renderCoverage(correlation, style), correlation.coverage.length),
    section('In short', renderFacts(factsOf({ exports, files, correlation }), style), 1),
    `${verdictLine({ exports, files, correlation })}\n`,
  ];
  return sections.filter((part) => part !== '').join('\n');
}

function section(title: string, body: string, count: number): string {
  return count === 0 ? '' : `${title}\n${body}`;
}

/** Says in words why a call counts as one that nobody announced. */
const WHY: Readonly<Record<StrayReason, string>> = {
  nameUnknown: 'no receipt has its session name',
  otherCaller: 'another role called than those that may',
  otherRole: 'another role than the receipt names',
  otherKey: 'another session than the receipt tells of',
  outsideCall: 'not at the time of the announced call',
  noSessionMade: 'the receipt says that no session was made',
  secondSession: 'a second session under one name',
  callUnknown: 'denied, and no receipt tells of it',
};

function renderStrays(strays: readonly StrayCall[], style: TableStyle): string {
  const rows = strays.map(({ atMs, why, roleArn = '', sessionName = '', accessKeyId = '', stsRequestId }): Cell[] => [
    instantOf(atMs),
    { text: WHY[why], tone: 'bad' },
    sessionName,
    accessKeyId,
    roleArn,
    stsRequestId,
  ]);
  return renderTable(['CALLED', 'WHY', 'SESSION', 'ACCESS KEY', 'ROLE', 'STS REQUEST'], rows, style);
}

function renderMissing(missing: readonly JudgedReceipt[], style: TableStyle): string {
  const rows = missing.map(({ intendedAtMs, recordId, attempt, accountId, accessKeyId = '' }): Cell[] => [
    instantOf(intendedAtMs),
    recordId,
    String(attempt),
    accountId,
    accessKeyId,
  ]);
  return renderTable(['ANNOUNCED', 'RECEIPT', 'ATTEMPT', 'ACCOUNT', 'ACCESS KEY'], rows, style);
}

function renderProblems({ problems, problemCount }: FilesRead, style: TableStyle): string {
  const rows = problems.map(({ key, offset, problem }) => [key, grouped(offset), problem]);
  const more = problemCount - problems.length;
  return renderTable(['FILE', 'AT BYTE', 'PROBLEM'], rows, style) + (more > 0 ? `… and ${grouped(more)} more.\n` : '');
}

function renderCoverage({ coverage }: FilesCorrelation, style: TableStyle): string {
  const rows = coverage
    .slice(0, 50)
    .map(({ accountId, records, fromMs, toMs, regions }) => [
      accountId,
      grouped(records),
      instantOf(fromMs),
      instantOf(toMs),
      regions.join(' '),
    ]);
  return renderTable(['TRAIL OF', 'RECORDS', 'FIRST', 'LAST', 'REGIONS'], rows, style);
}

function factsOf({ exports, files, correlation }: Comparison): readonly (readonly [string, Cell])[] {
  const { receipts, calls, judged } = correlation;
  const { matched, explained, missing, notCovered, deniedSeen, noSession } = receipts;
  return [
    ...exports.map(({ tenantId, deploymentId, fromMs, toMs }) => {
      return ['receipts of', `${tenantId}, by ${deploymentId}, ${beginning(fromMs)} to ${instantOf(toMs)}`] as const;
    }),
    ['files', `${countOf(files.filesDone, 'file')}, ${countOf(files.records, 'event')}, ${megabytes(files.textBytes)}`],
    ['receipts', `${grouped(judged.length)}: ${grouped(matched)} matched, ${grouped(explained)} explained`],
    ['', `${grouped(missing)} missing, ${grouped(notCovered)} beyond what the files are about`],
    ['', `${grouped(noSession)} with no session, ${grouped(deniedSeen)} denied as the files show`],
    [
      'AssumeRole',
      `${countOf(calls.assumeRoleRecords, 'record')}, ${grouped(calls.ofTheBroker)} of calls by ${brokersOf(exports)}`,
    ],
    [
      '',
      `${grouped(calls.outsidePeriod)} outside the receipts’ time, ${grouped(calls.atPeriodEdge)} just at its start`,
    ],
    ['', `${grouped(calls.elsewhere)} into accounts that no receipt names, ${malformedText(calls)}`],
  ];
}

/**
 * The accounts whose calls are judged; calls by any other account are ignored. The reader must know from elsewhere
 * whose accounts these are.
 */
function brokersOf(exports: Comparison['exports']): string {
  return `account ${[...new Set(exports.map(({ brokerAccountId }) => brokerAccountId))].join(', ')}`;
}

function malformedText({ malformed, malformedOfOthers }: FilesCorrelation['calls']): string {
  const whose = malformedOfOthers === 0 ? '' : `, ${grouped(malformedOfOthers)} of them of other callers`;
  return `${grouped(malformed)} malformed${whose}`;
}

function verdictLine({ exports, files, correlation }: Comparison): string {
  if (files.records === 0) return 'There is no event in the files: nothing is proven.';
  if (files.problemCount > 0) return 'Not all of the files could be read: what is not read is not proven.';
  if (!isConsistent(correlation)) return 'They do not agree.';
  const { outsidePeriod, atPeriodEdge, ofTheBroker } = correlation.calls;
  if (correlation.judged.length + ofTheBroker === 0) {
    return `There is no receipt, and no call by ${brokersOf(exports)} in the files: they agree on nothing else.`;
  }
  if (outsidePeriod + atPeriodEdge > 0) {
    return 'They agree, as far as the receipts go: there are calls at times of which they need not tell. Ask for those, too.';
  }
  return correlation.receipts.notCovered > 0
    ? 'They agree, as far as the files go.'
    : 'They agree: every call is announced, and every session that was announced is there.';
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB of text`;
}
