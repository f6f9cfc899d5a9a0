import { setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { jobHandler } from '../../lib/job-runtime/job-handler.ts';
import { ANY_JOB, lambdaContext, startJobWorld } from '../unit/job-runtime/support/job-world.ts';

/**
 * A process in which jobs of several tenants ran one after the other, and its whole heap afterwards, in the file that is
 * named. Says on standard output which secrets there were, every bit of them turned, so that saying so leaves none.
 */
const TENANTS = ['acme', 'globex', 'initech'];
const RUNS = 60;
const [, , file = '', keep = 'nothing'] = process.argv;

const world = await startJobWorld();
/** What a careless job would do; the test of the test. */
const kept: unknown[] = [];
const handler = jobHandler(
  ANY_JOB,
  async ({ tenantId, credentials }) => {
    const given = await credentials();
    if (keep === 'everything') kept.push(given);
    return { tenantId, by: given.accessKeyId };
  },
  world.dependencies,
);
const hidden: string[] = [];
for (let run = 0; run < RUNS; run += 1) hidden.push(...(await runOnce(TENANTS[run % TENANTS.length] ?? '')));
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
for (let round = 0; round < 4; round += 1) {
  await new Promise(setImmediate);
  collect();
}
writeHeapSnapshot(file);
process.stdout.write(JSON.stringify({ kept: kept.length, hidden }));
await world.close();

async function runOnce(tenantId: string): Promise<readonly string[]> {
  const { payload, credentials } = await world.issue({ tenantId });
  const masked = [credentials.secretAccessKey, credentials.sessionToken].map(hide);
  await handler(payload, lambdaContext());
  return masked;
}

/** In hexadecimal, every bit turned. */
function hide(secret: string): string {
  return Buffer.from(Buffer.from(secret).map((byte) => byte ^ 0xff)).toString('hex');
}
