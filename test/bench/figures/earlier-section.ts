import { earlierResults } from './earlier-results.ts';
import { table } from './page-text.ts';

/** What the longer benches found out, as a part of `docs/figures.md`. */
export function earlierSection(): readonly string[] {
  return [
    '## Longer benches',
    '',
    'As they came out when each was run last; `test/bench/results/` has them whole.',
    '',
    table(
      ['What', 'Figure', 'Command'],
      earlierResults().map(({ what, figure, command }) => [what, figure, `\`${command}\``]),
    ).trimEnd(),
    '',
  ];
}
