import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchLogFiles } from './log-files-bench.ts';

/**
 * `npm run bench:log-files`: gigabytes of log files against receipts, plain and packed, as one JSON document on standard
 * output. Fails below 50 MB of text a second of one core, or when what is alive grows by over 2 MB with each gigabyte.
 */
const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '10' },
    receipts: { type: 'string', default: '10000' },
  },
});
const options = { gigabytes: Number(values.gigabytes), receipts: Number(values.receipts) };

const plain = await benchLogFiles({ ...options, packed: false }, live);
const packed = await benchLogFiles({ ...options, packed: true }, live);
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
process.stdout.write(`${JSON.stringify({ machine, options, plain, packed }, null, 2)}\n`);
const holds = [plain, packed].every(
  ({ megabytesPerCpuSecond, liveMegabytesPerGigabyte }) => megabytesPerCpuSecond >= 50 && liveMegabytesPerGigabyte <= 2,
);
process.exitCode = holds ? 0 : 1;

function live(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
