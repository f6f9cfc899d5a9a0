import type { Leaf } from '../archive/digests/leaf-list.ts';
import { compareLines, type LineDifference } from './compare-lines.ts';
import { type Line, reportProblems } from './examine-line.ts';
import type { Finding, Report } from './verification-finding.ts';

type Changed = {
  readonly key: string;
  readonly lines: readonly Line[];
  /** What is wrong with the object as a whole. */
  readonly problem: string;
  /** The leaves of the object as they were signed, if they are known. */
  readonly leaves: readonly Leaf[] | undefined;
};

/**
 * Reports what was done to an object that is not what was signed: line by line, if its leaves are known. Returns the
 * indices of the lines from which nothing may be concluded.
 */
export function reportChanges({ key, lines, problem, leaves }: Changed, report: Report): ReadonlySet<number> {
  if (leaves === undefined) {
    const explanation = `${problem}; which lines, cannot be told without the list of its leaves`;
    report({ kind: 'objectChanged', object: key, explanation });
    for (const [index, line] of lines.entries()) reportProblems(line, index, { key, report });
    return new Set(lines.keys());
  }
  const differences = compareLines(
    leaves,
    lines.map(({ leaf }) => leaf),
  );
  for (const difference of differences) report(findingOf(difference, { key, lines }));
  if (differences.length === 0) {
    const recordId = leaves.at(-1)?.recordId ?? '';
    report({
      kind: 'objectChanged',
      object: key,
      line: lines.length,
      recordId,
      explanation: `${problem}; every line is, but for its line break`,
    });
  }
  return new Set(differences.flatMap((difference) => (difference.kind === 'recordRemoved' ? [] : [difference.index])));
}

function findingOf(difference: LineDifference, { key, lines }: Pick<Changed, 'key' | 'lines'>): Finding {
  const { kind, index } = difference;
  const found = lines[index];
  const place = { kind, object: key, line: index + 1 };
  switch (difference.kind) {
    case 'recordChanged':
      return { ...place, recordId: difference.was.recordId, explanation: `it is not what was signed${says(found)}` };
    case 'recordRemoved':
      return { ...place, recordId: difference.was.recordId, explanation: 'it was signed, and is not there' };
    case 'recordMoved':
      return {
        ...place,
        recordId: difference.was.recordId,
        explanation: `it was signed as line ${difference.from + 1}`,
      };
    case 'recordAdded':
      return {
        ...place,
        ...(found !== undefined && found.recordId !== '' && { recordId: found.recordId }),
        explanation: `it is there, and was not signed${says(found)}`,
      };
  }
}

function says(line: Line | undefined): string {
  const problem = line?.problems[0];
  return problem === undefined ? '' : `: ${problem.explanation}`;
}
