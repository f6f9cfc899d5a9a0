import type { SqlAnswer, SqlRow, SqlValue } from '../../audit/views/sql-answer.ts';
import type { Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { countOf, grouped } from '../terminal/progress.ts';
import { renderFacts, renderTable } from '../terminal/table.ts';
import { csvLine } from './csv-text.ts';

export type RowFormat = 'table' | 'json' | 'csv';

/** More rows than a person reads, and fewer than fill the memory. */
const MOST_SHOWN = 1_000;
/** A table with narrower columns is shown row by row instead. */
const NARROWEST_COLUMN = 12;

/**
 * Prints the rows as they arrive. A table holds only the rows that it shows; formats for programs are never held as a
 * whole.
 */
export async function printRows(answer: SqlAnswer, format: RowFormat, session: Session): Promise<void> {
  if (format === 'csv') return giveCsv(answer, session);
  if (format === 'json') return giveJson(answer, session);
  const shown: SqlRow[] = [];
  let more = 0;
  for await (const page of answer.pages) {
    const taken = page.slice(0, MOST_SHOWN - shown.length);
    shown.push(...taken);
    more += page.length - taken.length;
  }
  if (shown.length > 0) session.print(drawn(answer.columns, shown, session));
  session.say(shown.length === 0 ? 'No row.' : countOf(shown.length + more, 'row'));
  if (more > 0) session.say(`${grouped(more)} more are not shown: ask with LIMIT, or for --format csv.`);
}

async function giveCsv({ columns, pages }: SqlAnswer, { print }: Session): Promise<void> {
  print(csvLine(columns));
  for await (const page of pages) print(page.map((row) => csvLine(row.map(textOf))).join(''));
}

/**
 * Prints one list of objects. In JSON, unprintable characters occur only in texts, where they get JSON's own escape.
 */
async function giveJson({ columns, pages }: SqlAnswer, { print }: Session): Promise<void> {
  const names = distinct(columns);
  let before = '[';
  for await (const page of pages) {
    for (const row of page) {
      const named = Object.fromEntries(row.map((value, column) => [names[column] ?? '', value]));
      print(`${before}\n  ${printable(JSON.stringify(named))}`);
      before = ',';
    }
  }
  print(before === '[' ? '[]\n' : '\n]\n');
}

/** Makes the names distinct: a query may give two columns the same name, but an object cannot hold both. */
function distinct(columns: readonly string[]): readonly string[] {
  return columns.map((name, at) => {
    const before = columns.slice(0, at).filter((other) => other === name).length;
    return before === 0 ? name : `${name}_${before + 1}`;
  });
}

function drawn(columns: readonly string[], rows: readonly SqlRow[], { style }: Session): string {
  const isWide = style.columns !== undefined && columns.length * NARROWEST_COLUMN > style.columns;
  if (!isWide) {
    const head = columns.map((name) => name.toUpperCase());
    return renderTable(
      head,
      rows.map((row) => row.map(textOf)),
      style,
    );
  }
  return rows
    .map((row) =>
      renderFacts(
        row.map((value, column) => [columns[column] ?? '', textOf(value)] as const),
        style,
      ),
    )
    .join('\n');
}

function textOf(value: SqlValue): string {
  return value === null ? '' : String(value);
}
