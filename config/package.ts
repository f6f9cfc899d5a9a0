/** `npm run package [-- --stage <stage>] [--force]`: says what to make; `package-stage.ts` makes it. */
import { parseArgs } from 'node:util';
import { packageStage } from './package-stage.ts';

try {
  const { values } = parseArgs({
    options: { stage: { type: 'string', default: 'local' }, force: { type: 'boolean', default: false } },
  });
  await packageStage({ ...values, log: (line) => process.stdout.write(`${line}\n`) });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
