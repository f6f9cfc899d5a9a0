import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import * as v from 'valibot';

const roundSchema = v.object({
  broker: v.number(),
  brokerWithoutLog: v.number(),
  bare: v.number(),
  naive: v.number(),
  middy: v.number(),
});

/** Milliseconds of processor for one issuance, each measured in the same round. */
export type CpuRound = v.InferOutput<typeof roundSchema>;

/** The time of whoever is measured. */
export const STARTED_MS = Date.parse('2031-05-06T07:08:09Z');

export type CpuFigures = {
  /** Answers come from a handler in the same process, or over HTTP from another. */
  readonly over: 'handler' | 'http';
  readonly rounds: number;
  readonly issuancesARound: number;
  /** Medians over rounds, in milliseconds of processor. */
  readonly medianMs: CpuRound;
  /** The least of all rounds: what else the machine does only adds to it. */
  readonly leastMs: CpuRound;
  /** Of each round by itself: its median, and the quarters below and above. */
  readonly brokerToBare: Spread;
  readonly brokerWithoutLogToBare: Spread;
  readonly brokerToNaive: Spread;
  readonly brokerToMiddy: Spread;
};
export type Spread = { readonly low: number; readonly median: number; readonly high: number };

/** Processor time of the broker against the bare chain of the same SDK calls, a naive broker and `@middy/sts`, in one process. */
export async function cpuFigures({
  rounds,
  issuances,
  over,
}: {
  readonly over: CpuFigures['over'];
  readonly rounds: number;
  readonly issuances: number;
}): Promise<CpuFigures> {
  const server = over === 'http' ? await startServer() : undefined;
  const env = {
    ...process.env,
    POWERTOOLS_SERVICE_NAME: 'issue-credentials',
    POWERTOOLS_METRICS_NAMESPACE: 'CredentialBroker',
    ...(server === undefined ? {} : { AWS_ENDPOINT_URL: server.endpoint }),
  };
  const child = fork(scriptOf('cpu-child.ts'), [String(rounds), String(issuances)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env,
  });
  const told: CpuRound[] = [];
  child.on('message', (message) => void told.push(v.parse(roundSchema, message)));
  const [code] = await once(child, 'exit');
  server?.stop();
  if (code !== 0 || told.length !== rounds) throw new Error(`the measuring process ended with ${code}`);
  return {
    over,
    rounds,
    issuancesARound: issuances,
    medianMs: ofEach((name) => spreadOf(told.map((round) => round[name])).median),
    leastMs: ofEach((name) => Math.min(...told.map((round) => round[name]))),
    brokerToBare: spreadOf(told.map(({ broker, bare }) => broker / bare)),
    brokerWithoutLogToBare: spreadOf(told.map(({ brokerWithoutLog, bare }) => brokerWithoutLog / bare)),
    brokerToNaive: spreadOf(told.map(({ broker, naive }) => broker / naive)),
    brokerToMiddy: spreadOf(told.map(({ broker, middy }) => broker / middy)),
  };
}

function ofEach(figure: (name: keyof CpuRound) => number): CpuRound {
  const [broker, brokerWithoutLog, bare] = [figure('broker'), figure('brokerWithoutLog'), figure('bare')];
  return { broker, brokerWithoutLog, bare, naive: figure('naive'), middy: figure('middy') };
}

async function startServer() {
  const server = fork(scriptOf('canned-server.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [address] = await once(server, 'message');
  const { port } = v.parse(v.object({ port: v.number() }), address);
  server.send(STARTED_MS + 10_000);
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => server.disconnect() };
}

function scriptOf(name: string): string {
  return path.join(import.meta.dirname, name);
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}
