/**
 * Measures the processor time of issuances in a process of its own, whose standard output goes nowhere: the broker writes
 * its log as deployed. Tells its parent one round after the other.
 */
import { makeTransitionLog } from '../../../lib/platform/transition-log.ts';
import { bareChainOf } from './bare-chain.ts';
import { cannedAws } from './canned-aws.ts';
import { type CpuRound, STARTED_MS } from './cpu.ts';
import { clientsOver, deployedBroker } from './deployed-broker.ts';
import { middyPeer } from './middy-peer.ts';
import { naiveBroker } from './naive-broker.ts';

/** Issuances of each before anything is measured. */
const WARM_UP = 400;
const [rounds = 0, issuances = 0] = process.argv.slice(2).map(Number);
// Where there is a server of AWS's answers, it has this time too, and never another.
const overHttp = process.env['AWS_ENDPOINT_URL'] !== undefined;
let nowMs = STARTED_MS;
const clock = { nowMs: () => nowMs };
const clients = clientsOver(overHttp ? undefined : cannedAws(clock.nowMs));
const logged = deployedBroker({ clients, clock, log: makeTransitionLog({ logLevel: 'INFO' }) });
const silent = deployedBroker({ clients, clock, log: { transition: () => undefined } });
const naive = naiveBroker(clients);
const middy = middyPeer(clients.sts);
let count = 0;
const next = () => {
  count += 1;
  // Each looks at the breaker, as the first of a batch does; the time is nearly that of the server all the while.
  nowMs = STARTED_MS + (count % 20) * 1_000;
  return `event-${count}`;
};
await logged(next());
const bare = await bareChainOf(clients, () => logged(next()));
const detail = { tenantId: 'acme', job: 'scan-account' };

const runs: Readonly<Record<keyof CpuRound, () => Promise<void>>> = {
  broker: () => logged(next()),
  brokerWithoutLog: () => silent(next()),
  bare: () => {
    next();
    return bare();
  },
  naive: () => naive({ id: next(), detail }),
  middy: () => middy({ id: next() }),
};

// A process that has just started compiles what it runs, the more of it there is.
for (const [, run] of entries(0)) await cpuMs(run, WARM_UP);
for (let round = 0; round < rounds; round += 1) {
  const told: Record<string, number> = {};
  for (const [name, run] of entries(round)) told[name] = await cpuMs(run, issuances);
  process.send?.(told);
}
process.disconnect?.();

/** In another order each round, so that none is always behind the same one's garbage. */
function entries(round: number) {
  const all = Object.entries(runs);
  const turn = round % all.length;
  return [...all.slice(turn), ...all.slice(0, turn)];
}

/** Of the whole process, for one issuance: collecting what it leaves counts. */
async function cpuMs(run: () => Promise<void>, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / times;
}
