import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { bundleBothWays, type NaiveBundle } from './bundle-sizes.ts';
import { type Cost, costOf } from './cost.ts';
import { type CpuFigures, cpuFigures } from './cpu.ts';
import { importTimes } from './import-time.ts';
import { type LatencyFigure, latencyFigures, roundTrips } from './latency.ts';
import { localTables } from './local-tables.ts';
import { outcomes } from './outcomes.ts';
import { prices } from './prices.ts';
import { type OutcomeRun, runOutcome } from './run-outcome.ts';

export type OutcomeFigure = OutcomeRun & { readonly name: string; readonly meaning: string; readonly usd: Cost };
export type BundleFigure = {
  readonly name: string;
  readonly bytes: number;
  readonly zippedBytes: number;
  readonly naiveBytes: number;
  readonly importMs: number;
  readonly naiveImportMs: number;
};

type PeerBundle = { readonly bytes: number; readonly importMs: number };

/** Everything that one run of `npm run bench` finds out. */
export type Figures = {
  readonly machine: { readonly model: string; readonly processors: number; readonly platform: string };
  readonly node: string;
  readonly prices: typeof prices;
  readonly outcomes: readonly OutcomeFigure[];
  readonly roundTrips: { readonly broker: number; readonly bare: number };
  readonly latency: readonly LatencyFigure[];
  readonly cpu: readonly CpuFigures[];
  readonly bundles: readonly BundleFigure[];
  readonly naiveBroker: PeerBundle;
  readonly middy: PeerBundle;
};

export type FigureOptions = { readonly rounds: number; readonly issuances: number; readonly imports: number };

/** One after the other, because what is measured must not disturb itself. */
export async function makeFigures({ rounds, issuances, imports }: FigureOptions): Promise<Figures> {
  const latency = await latencyFigures();
  const brokerMs = latency[0]?.functionMs ?? 0;
  const costs = await outcomeFigures(brokerMs);
  const cpu: CpuFigures[] = [];
  for (const over of ['handler', 'http'] as const) cpu.push(await cpuFigures({ rounds, issuances, over }));
  const [first] = cpus();
  return {
    machine: { model: first?.model ?? 'unknown', processors: cpus().length, platform: process.platform },
    node: process.version,
    prices,
    outcomes: costs,
    roundTrips: await roundTrips(),
    latency,
    cpu,
    ...(await bundleFigures(imports)),
  };
}

/** What each kind of outcome costs. */
export async function outcomeFigures(brokerMs: number): Promise<readonly OutcomeFigure[]> {
  const tables = await localTables();
  try {
    const figures: OutcomeFigure[] = [];
    for (const outcome of outcomes) {
      const run = await runOutcome(outcome, tables);
      if (run.state !== outcome.state) throw new Error(`${outcome.name} ended as ${run.state}`);
      figures.push({ name: outcome.name, meaning: outcome.meaning, ...run, usd: costOf(run, brokerMs) });
    }
    return figures;
  } finally {
    await tables.close();
  }
}

async function bundleFigures(repeats: number): Promise<Pick<Figures, 'bundles' | 'naiveBroker' | 'middy'>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'figures-'));
  try {
    const { pairs, naiveBroker, middy } = await bundleBothWays(folder);
    const files = [...pairs.flatMap(({ file, naiveFile }) => [file, naiveFile]), naiveBroker.file, middy.file];
    const times = await importTimes(files, repeats);
    const ms = (file: string) => times.get(file) ?? Number.NaN;
    const bundles = pairs.map(({ file, naiveFile, ...sizes }) => ({
      ...sizes,
      importMs: ms(file),
      naiveImportMs: ms(naiveFile),
    }));
    const peer = ({ bytes, file }: NaiveBundle) => ({ bytes, importMs: ms(file) });
    return { bundles, naiveBroker: peer(naiveBroker), middy: peer(middy) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
