import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type BenchReport, benchFanOut } from './fan-out-bench.ts';

/**
 * `npm run bench:fan-out`: one window of a schedule over many tenants, run smoothly and with a death in the middle, as
 * one JSON document on standard output.
 */
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '100000' },
    'spread-minutes': { type: 'string', default: '10' },
  },
});
const options = { tenants: Number(values.tenants), spreadMinutes: Number(values['spread-minutes']) };

const smooth = await measure({});
const restarted = await measure({ dieAfterCalls: Math.floor(options.tenants / 20) });
process.stdout.write(`${JSON.stringify({ machine: machine(), options, smooth, restarted }, null, 2)}\n`);
process.exitCode = isWhole(smooth) && isWhole(restarted) && restarted.restarts === 1 ? 0 : 1;

type Measured = BenchReport & {
  /** Of this machine: how much faster than the calls that it would wait for the code is. */
  readonly wallSeconds: number;
  readonly eventsPerSecondOfProcessor: number;
  /** What stays in use for each event, from tick to tick, after what can be freed is. */
  readonly heapBytesPerEvent: number | undefined;
  readonly heapMegabytesAtMost: number;
};

async function measure({ dieAfterCalls }: { readonly dieAfterCalls?: number }): Promise<Measured> {
  const samples: { readonly sent: number; readonly bytes: number }[] = [];
  const startedAtMs = performance.now();
  const report = await benchFanOut({
    ...options,
    ...(dieAfterCalls === undefined ? {} : { dieAfterCalls }),
    onTick: (sent) => {
      globalThis.gc?.();
      samples.push({ sent, bytes: process.memoryUsage().heapUsed });
    },
  });
  const wallSeconds = (performance.now() - startedAtMs) / 1_000;
  return {
    ...report,
    wallSeconds: Math.round(wallSeconds * 100) / 100,
    eventsPerSecondOfProcessor: Math.round(report.events / wallSeconds),
    heapBytesPerEvent: globalThis.gc === undefined ? undefined : Math.round(slope(samples) * 100) / 100,
    heapMegabytesAtMost: Math.round(Math.max(...samples.map(({ bytes }) => bytes)) / 10_000) / 100,
  };
}

/** Of the straight line that lies nearest to the samples. */
function slope(samples: readonly { readonly sent: number; readonly bytes: number }[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const sent = mean(samples.map((sample) => sample.sent));
  const bytes = mean(samples.map((sample) => sample.bytes));
  const spread = samples.reduce((sum, sample) => sum + (sample.sent - sent) ** 2, 0);
  return samples.reduce((sum, sample) => sum + (sample.sent - sent) * (sample.bytes - bytes), 0) / spread;
}

function isWhole({ missed, doubled }: BenchReport): boolean {
  return missed === 0 && doubled === 0;
}

function machine() {
  const processors = cpus();
  return {
    processors: processors.length,
    model: processors[0]?.model,
    node: process.version,
    platform: process.platform,
  };
}
