import { parseArgs } from 'node:util';
import type { FuzzTarget } from './fuzz-target.ts';
import { fuzzTargets } from './targets.ts';

/** `npm run fuzz -- --inputs 1000000 --seed 7 --only parser`: every target, with progress, and what inputs came to. */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
  },
});
const inputs = wholeNumber('inputs', values.inputs);
const seed = wholeNumber('seed', values.seed);
const chosen = fuzzTargets.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0)
  throw new Error(`there is no target ${values.only}; there are ${fuzzTargets.map(({ name }) => name).join(', ')}`);

let isBroken = false;
for (const target of chosen) isBroken = !(await fuzz(target)) || isBroken;
process.exitCode = isBroken ? 1 : 0;

async function fuzz({ name, claim, run }: FuzzTarget): Promise<boolean> {
  process.stdout.write(`${name}: ${claim}; ${inputs} inputs from seed ${seed}\n`);
  const began = performance.now();
  const report = await run({ inputs, seed, told: (done) => showProgress(name, done, began) });
  const seconds = (performance.now() - began) / 1_000;
  const outcomes = [...report.outcomes].sort(([, one], [, other]) => other - one);
  for (const [outcome, count] of outcomes) process.stdout.write(`  ${String(count).padStart(9)}  ${outcome}\n`);
  if (report.broken === undefined) process.stdout.write(`  holds, in ${seconds.toFixed(1)} s\n`);
  else process.stdout.write(`  BROKEN after ${report.inputs} inputs:\n${report.broken}\n`);
  return report.broken === undefined;
}

/** On a terminal alone: a log has no use for it. */
function showProgress(name: string, done: number, began: number): void {
  if (!process.stdout.isTTY) return;
  const perSecond = Math.round(done / ((performance.now() - began) / 1_000));
  process.stdout.write(`\r  ${name} ${done}/${inputs}, ${perSecond} a second${done === inputs ? '\n' : ''}`);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}
