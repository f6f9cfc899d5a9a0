import type { Tally } from '../../audit/log-files/bounded-counter.ts';
import type { JudgedReceipt } from '../../audit/log-files/files-correlation.ts';
import type { SessionUse } from '../../audit/log-files/session-use.ts';
import { countOf, grouped } from '../terminal/progress.ts';
import { type Cell, renderTable, type TableStyle } from '../terminal/table.ts';
import { instantOf } from '../terminal/time-words.ts';

/** The number of sessions that are shown; the JSON has all of them. */
const SHOWN = 50;

/** Shows what was done with the sessions: those that need a look first, then by time. Empty if nothing was done. */
export function renderUses(judged: readonly JudgedReceipt[], style: TableStyle): string {
  const used = judged.flatMap(({ use, ...receipt }) => (use === undefined ? [] : [{ receipt, use }]));
  if (used.length === 0) return '';
  const sorted = used.toSorted((left, right) => gravity(right.use) - gravity(left.use));
  const rows = sorted
    .slice(0, SHOWN)
    .map(({ receipt, use }): readonly Cell[] => [
      `${receipt.recordId} ${receipt.attempt}`,
      grouped(use.calls),
      grouped(use.denied),
      instantOf(use.firstAtMs),
      instantOf(use.lastAtMs),
      named(use.sourceIpAddresses, 2),
      named(use.actions, 3),
      notes(use),
    ]);
  const head = ['SESSION OF', 'CALLS', 'DENIED', 'FIRST', 'LAST', 'FROM', 'WHAT', 'TO LOOK AT'];
  const more =
    used.length > SHOWN ? `… and ${countOf(used.length - SHOWN, 'session')} more: --json has them all.\n` : '';
  return `What was done with the sessions\n${renderTable(head, rows, style)}${more}`;
}

function gravity({ afterFence, otherKeys, notNamed }: SessionUse): number {
  if (afterFence.allowed > 0 || otherKeys.length > 0) return 2;
  return sum(notNamed.allowed) + sum(notNamed.denied) > 0 ? 1 : 0;
}

function notes({ afterFence, otherKeys, notNamed }: SessionUse): Cell {
  const found = [
    ...(afterFence.allowed > 0 ? [`${countOf(afterFence.allowed, 'call')} allowed after the fence`] : []),
    ...(otherKeys.length > 0 ? [`another key: ${otherKeys.join(' ')}`] : []),
    ...(sum(notNamed.allowed) > 0 ? [`allowed, not named by the policy: ${named(notNamed.allowed, 3)}`] : []),
    ...(sum(notNamed.denied) > 0 ? [`denied, not named by the policy: ${named(notNamed.denied, 3)}`] : []),
    ...(afterFence.denied > 0 ? [`${grouped(afterFence.denied)} denied after the fence`] : []),
  ];
  const tone = afterFence.allowed > 0 || otherKeys.length > 0 ? 'bad' : found.length > 0 ? 'waiting' : 'plain';
  return { text: found.join('; '), tone };
}

/** The names with their counts, such as `s3:ListBuckets ×2 s3:GetObject +3`. */
function named({ counts, others }: Tally, most: number): string {
  const all = Object.entries(counts);
  const shown = all.slice(0, most).map(([name, count]) => (count === 1 ? name : `${name} ×${grouped(count)}`));
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 || others > 0 ? [more > 0 ? `+${more}` : '+'] : [])].join(' ');
}

function sum({ counts, others }: Tally): number {
  return Object.values(counts).reduce((total, count) => total + count, others);
}
