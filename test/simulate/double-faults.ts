/**
 * `npm run test:double-faults`: one request, with every pair of faults: the first at every call of the run without any, the
 * second at every later call of the run that the first leads to. Exits with 1 when a pair breaks an invariant.
 */
import { happyPath, type PlannedFault, secondFaults, singleFaults } from './happy-path.ts';

const singles = await singleFaults();
let pairs = 0;
let broken = 0;
for (const [index, first] of singles.entries()) {
  if (process.stderr.isTTY) process.stderr.write(`\r${index} of ${singles.length} first faults`);
  for (const second of await secondFaults(first)) await look([first, second]);
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
process.stdout.write(`${singles.length} first faults, ${pairs} pairs, ${broken} that broke an invariant\n`);
process.exitCode = broken === 0 ? 0 : 1;

async function look(faults: readonly PlannedFault[]): Promise<void> {
  pairs += 1;
  const { violations } = await happyPath(faults);
  if (violations.length === 0) return;
  broken += 1;
  process.stdout.write(`${JSON.stringify(faults)}\n${violations.map((violation) => `  ${violation}\n`).join('')}`);
}
