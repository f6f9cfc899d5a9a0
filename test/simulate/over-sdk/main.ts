/**
 * `npm run test:simulate-sdk -- --seeds 500 --from 1`: the protocol under random faults, through the SDK's own clients with
 * their settings as deployed. Tells what was broken where on the wire and what the clients made of it, and the story of
 * the first seed that broke an invariant. Exits with 1 then.
 */
import { parseArgs } from 'node:util';
import { WIRE_FAULT_KINDS } from '../fault-plan.ts';
import { renderFailure, renderFindings } from '../report.ts';
import { runSeeds } from '../run-seeds.ts';
import { simulateOverSdk } from './simulate-over-sdk.ts';

const campaign = { ...readCampaign(), wiring: 'production', over: 'sdk' } as const;
const report = (done: number) => process.stderr.write(`\r${done} of ${campaign.seeds} runs`);
const findings = await runSeeds(campaign, process.stderr.isTTY ? report : undefined);
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
process.stdout.write(renderFindings(findings, WIRE_FAULT_KINDS));
process.stdout.write(
  `${findings.repeats} requests that a client made again, ${findings.stsCalls} calls of STS made once\n`,
);
const [first] = findings.failures;
if (first !== undefined) {
  const { trace } = await simulateOverSdk(first.seed, campaign);
  process.stdout.write(`\n${renderFailure(first, trace)}`);
  process.exitCode = 1;
}

function readCampaign() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      'skew-seconds': { type: 'string', default: '0' },
    },
  });
  const skewLimitMs = 1_000 * count('skew-seconds', values['skew-seconds']);
  return { seeds: count('seeds', values.seeds), from: count('from', values.from), skewLimitMs };
}

function count(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${option} takes a whole number, not ${text}`);
  return Number(text);
}
