import type { CpuFigures } from './cpu.ts';
import { earlierResults } from './earlier-results.ts';
import { table } from './page-text.ts';
import { issuancesPerSecond } from './processor-section.ts';

/** What the longer benches found out, as a part of `docs/figures.md`. */
export function earlierSection(cpu: readonly CpuFigures[]): readonly string[] {
  const issuances = ['Issuances', `${issuancesPerSecond(cpu)} a second of processor`, '`npm run bench`'];
  return [
    '## How much of everything',
    '',
    'One table for all; but for issuances, as they came out when each bench was run last. `test/bench/results/` has them whole.',
    '',
    table(
      ['What', 'Figure', 'Command'],
      [issuances, ...earlierResults().map(({ what, figure, command }) => [what, figure, `\`${command}\``])],
    ).trimEnd(),
    '',
  ];
}
