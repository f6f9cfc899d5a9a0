import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { packageStage } from '../../../config/package/package-stage.ts';
import { projectRoot } from '../../../config/stage-config.ts';
import { type Stack, startStack } from '../../../local/stack.ts';

/** The whole stack on a free port for the tests of a suite, as `npm run local` starts it. */
export function stackForClients(): () => Stack {
  let stack: Stack | undefined;
  beforeAll(async () => {
    await packageStage({ stage: 'local', log: () => undefined });
    stack = await startStack({
      port: 0,
      accountsFile: path.join(projectRoot, 'local', 'accounts', 'emulated-accounts.json'),
      packageDir: path.join(projectRoot, '.build', 'local'),
    });
  });
  afterAll(() => stack?.close());
  return () => {
    if (stack === undefined) throw new Error('the stack is not started yet');
    return stack;
  };
}
