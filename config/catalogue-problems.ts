import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigProblem } from '../lib/platform/deployment-config/problem.ts';

/**
 * What is wrong with the catalogue of jobs (an event age over the session, a session under the time-out, a policy that
 * STS would not take). The catalogue throws when it is loaded, which is why it is not imported statically.
 */
export async function catalogueProblems(root: string): Promise<readonly ConfigProblem[]> {
  try {
    await import(pathToFileURL(path.join(root, 'lib/jobs/job-catalogue.ts')).href);
    return [];
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    return [
      {
        code: 'config.jobContradictory',
        path: 'lib/jobs/job-catalogue.ts',
        what,
        whatToDo: 'Correct the numbers of the job, in its file in lib/jobs.',
      },
    ];
  }
}
