/**
 * `npm run test:load -- --requests 10000 --tenants 1000`: the pipeline, the sweeper and the jobs under a load with poison,
 * duplicates and faults, beside the same load without, and then once more with both processes killed on the way. With
 * `--keep load-100000`, its figures go to test/bench/results/load-100000.json. Exits with 1 when a promise is broken.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { brokenPromises, type LoadReport, loadReport } from './load-report.ts';
import { CHUNK, type LoadOptions, runLoad } from './run-load.ts';

const RESULTS = new URL('../bench/results/', import.meta.url);
/** Chunks of the mix that have one of valid requests alone beside them, however long the load is. */
const PAIRS = 10;
/**
 * How far the valid requests may be slowed down by what comes with them. The median is reported; only what three of four
 * pairs say is a failure, because a busy machine blurs a pair by a tenth.
 */
const LEAST_THROUGHPUT = 0.95;
const KILLS = 5;
/** Below this, there are too few pairs for a median. */
const ENOUGH_PAIRS = 8;

const { requests, tenants, keep } = readOptions();
const cleanEvery = Math.max(2, Math.floor(requests / CHUNK / PAIRS));
const steady = await told('load', { requests, tenants, kills: 0, cleanEvery });
const killed = await told('killed on the way', {
  requests: Math.min(requests, Math.max(1_000, Math.floor(requests / 5))),
  tenants,
  kills: KILLS,
  cleanEvery: 0,
});
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
if (keep !== undefined) {
  const figures = { options: { requests, tenants }, machine, load: steady, killed };
  writeFileSync(new URL(`${keep}.json`, RESULTS), `${JSON.stringify(figures, null, 2)}\n`);
}

async function told(name: string, options: LoadOptions): Promise<LoadReport> {
  const onProgress = (done: number) => process.stderr.write(`\r${name}: ${done} of ${options.requests}`);
  const run = await runLoad({ ...options, ...(process.stderr.isTTY ? { onProgress } : {}) });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const report = loadReport(run);
  process.stdout.write(`${name}: ${JSON.stringify(report, null, 2)}\n`);
  const broken = [...brokenPromises(run), ...tooSlow(report)];
  for (const text of broken) process.stdout.write(`${name}: BROKEN: ${text}\n`);
  if (broken.length > 0) process.exitCode = 1;
  return report;
}

function tooSlow({ validThroughput: measured }: LoadReport): readonly string[] {
  if (measured === undefined || measured.pairs < ENOUGH_PAIRS) return [];
  const { upper: part } = measured.withoutTheirOwnWorkQuartiles;
  return part >= LEAST_THROUGHPUT
    ? []
    : [`in three of four pairs, valid requests are done at less than ${part} of the rate without poison`];
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '10000' },
      tenants: { type: 'string', default: '1000' },
      keep: { type: 'string' },
    },
  });
  const { keep } = values;
  if (keep !== undefined && !/^[a-z0-9-]+$/.test(keep)) throw new Error(`--keep takes a name, not ${keep}`);
  return { requests: count('requests', values.requests), tenants: count('tenants', values.tenants), keep };
}

function count(option: string, text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new Error(`--${option} takes a whole number, not ${text}`);
  return Number(text);
}
