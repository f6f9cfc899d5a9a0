import { parseArgs } from 'node:util';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { benchRate, settings } from './rate-bench.ts';

/**
 * `npm run bench:rate`: an hour of a busy log pipeline, each object by itself, batched, and batched and spread, as one
 * JSON document on standard output. Fails when an object waited longer than its event may.
 */
const { values } = parseArgs({
  options: {
    'objects-per-minute': { type: 'string', default: '10000' },
    tenants: { type: 'string', default: '500' },
    minutes: { type: 'string', default: '60' },
    'batch-seconds': { type: 'string', default: '60' },
  },
});
const hour = {
  objectsPerMinute: Number(values['objects-per-minute']),
  tenants: Number(values.tenants),
  minutes: Number(values.minutes),
};
const batchSeconds = Number(values['batch-seconds']);

const oneByOne = await benchRate({ ...hour, batchSeconds: 0, spread: false });
const batched = await benchRate({ ...hour, batchSeconds, spread: false });
const batchedAndSpread = await benchRate({ ...hour, batchSeconds, spread: true });
const maximumEventAgeSeconds = jobCatalogue.get('process-logs')?.maximumEventAgeSeconds;
const options = { ...hour, batchSeconds, settings, maximumEventAgeSeconds };
process.stdout.write(`${JSON.stringify({ options, oneByOne, batched, batchedAndSpread }, null, 2)}\n`);
process.exitCode = batchedAndSpread.overEventAge === 0 && batchedAndSpread.objectsLeft === 0 ? 0 : 1;
