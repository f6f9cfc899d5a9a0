import { printable } from '../terminal/printable.ts';

/**
 * Writes CSV that programs read (RFC 4180: lines end with CR LF, a quotation mark within is doubled) and that a
 * spreadsheet does not take for a formula. Names and reasons come from outside, so a cell that could begin a formula
 * gets an apostrophe, as OWASP ("CSV Injection") advises.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Matches what a spreadsheet takes for the beginning of a formula, also in full width and after spaces. A semicolon
 * counts as a beginning too: where the reader's country uses it as the separator, the rest would be a cell of its own,
 * quoted or not.
 */
const BEGINS_FORMULA = /(^|[;|])(\s*["']*\s*[=+\-@＝＋－＠])/gu;
const MUST_BE_QUOTED = /[",;|'\s]/u;

function csvCell(text: string): string {
  // Makes tabs, line breaks and escapes visible, so that they cannot begin a cell or move a cursor.
  const harmless = printable(text).replace(BEGINS_FORMULA, "$1'$2");
  return MUST_BE_QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
