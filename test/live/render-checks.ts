import { renderTable, type Tone } from '../../lib/operator-cli/terminal/table.ts';
import type { Checked, LiveCheck } from './live-check.ts';

const TONES: Readonly<Record<Checked['verdict'], Tone>> = {
  'as expected': 'good',
  measured: 'plain',
  differs: 'bad',
  broke: 'bad',
  'needs AWS': 'waiting',
};

/** A table of all answers, and below it everything about those that nobody expected. */
export function renderChecks(all: readonly Checked[], colour: boolean): string {
  const rows = all.map(({ check, verdict, answer }) => [check.name, { text: verdict, tone: TONES[verdict] }, answer]);
  const bad = all.filter(({ verdict }) => verdict === 'differs' || verdict === 'broke');
  return renderTable(['CHECK', 'VERDICT', 'ANSWER'], rows, { colour }) + bad.map(renderDifference).join('');
}

function renderDifference({ check, answer }: Checked): string {
  return `\n${renderQuestion(check)}  answered   ${answer}\n`;
}

/** What a check asks and why, for whoever decides whether to run it. */
export function renderQuestion(check: LiveCheck): string {
  return [
    `${check.name}: ${check.question}`,
    `  documents  ${check.documents}`,
    `  asked      ${check.asked}`,
    `  expected   ${check.expected ?? 'nothing: it is measured'}`,
    `  means      ${check.means}`,
    '',
  ].join('\n');
}
