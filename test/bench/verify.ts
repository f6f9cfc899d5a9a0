import { parseArgs } from 'node:util';
import { benchVerify } from './verify-bench.ts';

/**
 * `npm run bench:verify`: how fast an archive is verified, by processor time of one process, as one JSON document on
 * standard output. Fails below 100,000 records a second, which hashing alone has to reach on any machine that is in use.
 */
const { values } = parseArgs({ options: { issuances: { type: 'string', default: '20000' } } });
const LEAST_PER_SECOND = 100_000;

const measured = await benchVerify(Number(values.issuances));
process.stdout.write(`${JSON.stringify({ node: process.version, ...measured }, null, 2)}\n`);
process.exitCode = measured.hashing.recordsPerSecond >= LEAST_PER_SECOND ? 0 : 1;
