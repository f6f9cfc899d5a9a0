/**
 * `npm run test:simulate -- --seeds 10000 --from 1`: the protocol under random faults, on every core. Tells what was broken
 * where, prints the story of the first seed that broke an invariant, and keeps it in regressions.json. Exits with 1 then,
 * and when a site was broken too seldom in some way.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Wiring, wirings } from '../support/faulty-world/wiring.ts';
import { rarestFault, renderFailure, renderFindings } from './report.ts';
import { type Campaign, runSeeds } from './run-seeds.ts';
import { simulate } from './simulation.ts';

const REGRESSIONS = new URL('./regressions.json', import.meta.url);
/** Over so many seeds, of processes whose clocks are right, each site is to be broken in each way so often. */
const ENOUGH_SEEDS = 10_000;
const LEAST_FAULTS = 100;

const campaign = readCampaign();
const report = (done: number) => process.stderr.write(`\r${done} of ${campaign.seeds} runs`);
const findings = await runSeeds(campaign, process.stderr.isTTY ? report : undefined);
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
process.stdout.write(renderFindings(findings));
const rarest = rarestFault(findings.faults);
if (campaign.seeds >= ENOUGH_SEEDS && campaign.skewLimitMs === 0 && rarest.count < LEAST_FAULTS) {
  process.stdout.write(`${rarest.name} was met ${rarest.count} times: less than ${LEAST_FAULTS} shows too little\n`);
  process.exitCode = 1;
}
const [first] = findings.failures;
if (first !== undefined) {
  const { trace } = await simulate(first.seed, campaign);
  process.stdout.write(`\n${renderFailure(first, trace)}`);
  if (campaign.wiring === 'production') keep(first.seed);
  process.exitCode = 1;
}

function readCampaign(): Campaign {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      'skew-seconds': { type: 'string', default: '0' },
      wiring: { type: 'string', default: 'production' },
    },
  });
  const wiring = values.wiring;
  if (!isWiring(wiring)) throw new Error(`--wiring takes one of ${Object.keys(wirings).join(', ')}`);
  const skewLimitMs = 1_000 * count('skew-seconds', values['skew-seconds']);
  return { seeds: count('seeds', values.seeds), from: count('from', values.from), skewLimitMs, wiring };
}

function isWiring(name: string): name is Wiring {
  return Object.hasOwn(wirings, name);
}

function count(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${option} takes a whole number, not ${text}`);
  return Number(text);
}

/** A seed that was once too much is run with every test from then on. */
function keep(seed: number): void {
  const kept: { seed: number; skewLimitMs: number }[] = JSON.parse(readFileSync(REGRESSIONS, 'utf8'));
  const { skewLimitMs } = campaign;
  if (kept.some((one) => one.seed === seed && one.skewLimitMs === skewLimitMs)) return;
  writeFileSync(REGRESSIONS, `${JSON.stringify([...kept, { seed, skewLimitMs }], null, 2)}\n`);
}
