import { fitTo, printable, widthOf } from './printable.ts';

/** The meaning of a cell. Only a terminal shows it as a colour, so the colour never carries the meaning alone. */
export type Tone = 'good' | 'bad' | 'waiting' | 'plain';
export type Cell = string | { readonly text: string; readonly tone: Tone };

export type TableStyle = {
  /** The width of the terminal. Undefined: lines keep their full length, for programs that read them. */
  readonly columns?: number | undefined;
  readonly colour: boolean;
};

const GAP = '  ';
const NARROWEST = 8;
const colours = { good: '32', bad: '31', waiting: '33' } as const;

/** Aligned columns under a head. If the terminal is too narrow, the widest column is narrowed first. */
export function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[], style: TableStyle): string {
  const cells = [head, ...rows].map((row) => row.map(readCell));
  const widths = fitWidths(
    head.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column]?.text ?? '')))),
    style.columns,
  );
  const lines = cells.map((row) =>
    row
      .map(({ text, tone }, column) => {
        const fitted = fitTo(text, widths[column] ?? 0);
        const filling = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - widthOf(fitted));
        return paint(fitted, tone, style.colour) + filling;
      })
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** Names and their values, one per line. */
export function renderFacts(facts: readonly (readonly [string, Cell])[], style: TableStyle): string {
  const width = Math.max(...facts.map(([name]) => widthOf(name)));
  const lines = facts.map(([name, cell]) => {
    const { text, tone } = readCell(cell);
    return `${name}${' '.repeat(width - widthOf(name))}${GAP}${paint(text, tone, style.colour)}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

function readCell(cell: Cell): { readonly text: string; readonly tone: Tone } {
  return typeof cell === 'string'
    ? { text: printable(cell), tone: 'plain' }
    : { text: printable(cell.text), tone: cell.tone };
}

function fitWidths(wanted: readonly number[], columns: number | undefined): readonly number[] {
  const widths = [...wanted];
  const room = (columns ?? Number.POSITIVE_INFINITY) - GAP.length * (widths.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

export function paint(text: string, tone: Tone, colour: boolean): string {
  return colour && tone !== 'plain' && text !== '' ? `\u001b[${colours[tone]}m${text}\u001b[0m` : text;
}
