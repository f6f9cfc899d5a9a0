import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';

export type DeployedFunction = { readonly name: string; readonly timeoutSeconds: number; readonly isJob: boolean };

const serverlessSchema = v.object({
  functions: v.record(v.string(), v.object({ timeout: v.union([v.number(), v.string()]) })),
});

/**
 * The functions of `serverless.yml` and how long each may run. A time-out that is not a number there belongs to a job,
 * and comes from the catalogue. Throws where a time-out is neither.
 */
export function deployedFunctions(root: string): readonly DeployedFunction[] {
  const text = readFileSync(path.join(root, 'serverless.yml'), 'utf8');
  // The short forms of CloudFormation's functions are tags that YAML does not know; nothing here reads them.
  const { functions } = v.parse(serverlessSchema, parse(text, { logLevel: 'silent' }));
  return Object.entries(functions).map(([name, { timeout }]) => {
    const job = jobCatalogue.get(name);
    if (typeof timeout === 'number') return { name, timeoutSeconds: timeout, isJob: job !== undefined };
    if (job === undefined) throw new Error(`the time-out of ${name} is not known: ${timeout}`);
    return { name, timeoutSeconds: job.timeoutSeconds, isJob: true };
  });
}
