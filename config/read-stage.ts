import { usageError } from '../lib/operator-cli/command-error.ts';
import type { StageReading } from '../lib/operator-cli/commands/config-commands.ts';
import { catalogueProblems } from './catalogue-problems.ts';
import { checkStageConfig, projectRoot } from './stage-config.ts';

/** Reads a stage of this clone for `broker config check`: its file, and the catalogue that is deployed with it. */
export async function readStage(stage: string | undefined, root: string = projectRoot): Promise<StageReading> {
  if (stage === undefined) {
    throw usageError('Which stage?', 'Name it: broker config check --stage <stage>, or set BROKER_STAGE');
  }
  const check = checkedOr(() => checkStageConfig({ stage, root }));
  return { ...check, problems: [...check.problems, ...(await catalogueProblems(root))] };
}

/** A missing file, or one that is no YAML, is a mistake in the command line. */
function checkedOr<Checked>(check: () => Checked): Checked {
  try {
    return check();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw usageError(message, 'config/dev.yml is a start; docs/configuration.md says what each setting takes');
  }
}
