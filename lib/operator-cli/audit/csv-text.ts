import { printable } from '../terminal/printable.ts';

/**
 * CSV that programs read (RFC 4180: lines end with CR LF, a quotation mark within is doubled) and that a spreadsheet does not
 * take for a formula. Names and reasons come from outside: a cell that could begin one is given an apostrophe, as OWASP
 * ("CSV Injection") advises.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * What a spreadsheet takes for the beginning of a formula, in full width too; spaces before it do not help. After a semicolon
 * as well: where that is the separator of the reader's country, it would begin a cell of its own, quoted or not.
 */
const BEGINS_FORMULA = /(^|[;|])(\s*["']*\s*[=+\-@＝＋－＠])/gu;
const MUST_BE_QUOTED = /[",;|'\s]/u;

function csvCell(text: string): string {
  // A tab, a line break or an escape is shown, and cannot begin a cell or move a cursor.
  const harmless = printable(text).replace(BEGINS_FORMULA, "$1'$2");
  return MUST_BE_QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
