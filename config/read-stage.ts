import { usageError } from '../lib/operator-cli/command-error.ts';
import type { StageReading } from '../lib/operator-cli/commands/config-commands.ts';
import { catalogueProblems } from './catalogue-problems.ts';
import { checkStageConfig, projectRoot } from './stage-config.ts';

/** What `broker config check` tells of a stage of this clone: its file, and the catalogue that is deployed with it. */
export async function readStage(stage: string | undefined, root: string = projectRoot): Promise<StageReading> {
  if (stage === undefined) {
    throw usageError('Which stage?', 'Name it: broker config check --stage <stage>, or set BROKER_STAGE');
  }
  const check = checkedOr(() => checkStageConfig({ stage, root }));
  return { ...check, problems: [...check.problems, ...(await catalogueProblems(root))] };
}

/** A file that is not there, or is no YAML, is what the command line names wrongly. */
function checkedOr<Checked>(check: () => Checked): Checked {
  try {
    return check();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw usageError(message, 'config/dev.yml is a start; docs/configuration.md says what each setting takes');
  }
}
