/**
 * `npm run bench`: what an issuance costs, in calls, units, dollars, processor time, round trips and bytes. Writes
 * `test/bench/results/figures.json`, `docs/figures.md` and its charts.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../../config/stage-config.ts';
import { makeFigures } from './figures.ts';
import { figuresCharts } from './figures-charts.ts';
import { figuresPage } from './figures-page.ts';

const figures = await makeFigures({ rounds: 15, issuances: 40, imports: 4 });
const page = figuresPage(figures);
const charts = path.join(projectRoot, 'docs/figures');
await mkdir(charts, { recursive: true });
await writeFile(path.join(projectRoot, 'test/bench/results/figures.json'), `${JSON.stringify(figures, rounded, 2)}\n`);
await writeFile(path.join(projectRoot, 'docs/figures.md'), page);
for (const [name, chart] of figuresCharts(figures)) await writeFile(path.join(charts, name), chart);
process.stdout.write(page);

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
