import type { Spread } from './cpu.ts';

/** How the tables of `docs/figures.md` and what stands in them are written. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, column) => (column === 0 ? '---' : '---:')));
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n`;
}

export function spread({ low, median, high }: Spread): string {
  return `${two(median)} (${two(low)} to ${two(high)})`;
}

export function two(value: number): string {
  return value.toFixed(2);
}

export function kilo(bytes: number): string {
  return (bytes / 1_000).toFixed(0);
}

export function verdict(value: number, goal: number): string {
  return value <= goal ? 'reached' : 'missed';
}
