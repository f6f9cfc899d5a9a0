import { parseArgs } from 'node:util';
import { benchStrays } from './strays-bench.ts';

/**
 * `npm run bench:strays`: a hundred calls around the broker, of every kind, in a million of CloudTrail's events that come
 * late, twice and in any order, as one JSON document on standard output. Fails unless each is told of once, and nothing else.
 */
const { values } = parseArgs({
  options: {
    stories: { type: 'string', default: '750000' },
    strays: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '720' },
    seed: { type: 'string', default: '1' },
  },
});
const options = {
  stories: Number(values.stories),
  strays: Number(values.strays),
  minutes: Number(values.minutes),
  seed: Number(values.seed),
};
const report = await benchStrays(options);
process.stdout.write(`${JSON.stringify({ options, report }, null, 2)}\n`);
const all = report.found === options.strays && report.alerts === options.strays && report.falseAlerts === 0;
process.exitCode = all ? 0 : 1;
