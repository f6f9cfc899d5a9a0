import { fitTo, printable, widthOf } from '../terminal/printable.ts';

const MARK = '…';

/** A text as lines of no more columns than these, broken between words where that is possible. At least one line. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (widthOf(joined) <= columns) line = joined;
    else {
      if (line !== '') lines.push(line);
      const parts = broken(word, columns);
      lines.push(...parts.slice(0, -1));
      line = parts.at(-1) ?? '';
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** An ARN has no spaces, and may not be cut: whoever copies it needs all of it. */
function broken(word: string, columns: number): readonly string[] {
  const parts: string[] = [];
  let rest = word;
  while (widthOf(rest) > columns) {
    const part = headOf(rest, columns);
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return [...parts, rest];
}

function headOf(text: string, columns: number): string {
  // Longer than it is, so that it is cut in any case: the mark of the cut takes the one column that is too many.
  const head = fitTo(`${text}${MARK}${MARK}`, columns + 1).slice(0, -MARK.length);
  // One letter that is wider than the line: better too wide than for ever.
  return head === '' ? text.slice(0, 2) : head;
}
