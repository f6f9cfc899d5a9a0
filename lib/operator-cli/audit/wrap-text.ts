import { fitTo, printable, widthOf } from '../terminal/printable.ts';

const MARK = '…';

/** Breaks a text into lines of at most this many columns, between words where possible. Returns at least one line. */
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

/** An ARN has no spaces and is never shortened, because whoever copies the ARN needs all of it. */
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
  // Makes the text longer than it is, so that it is always cut: the mark of the cut takes the one extra column.
  const head = fitTo(`${text}${MARK}${MARK}`, columns + 1).slice(0, -MARK.length);
  // A single character can be wider than the line: a line that is too wide is better than an endless loop.
  return head === '' ? text.slice(0, 2) : head;
}
