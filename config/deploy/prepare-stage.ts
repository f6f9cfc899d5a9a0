import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { packageStage } from '../package/package-stage.ts';
import { projectRoot } from '../stage-config.ts';
import { type Deployable, deployableOf } from './deployable.ts';
import { type Pins, problemsWithPins, readPins } from './pinned-resources.ts';
import { DeploymentRefused } from './refusal.ts';
import { readWorkingTree, type WorkingTree } from './working-tree.ts';

export type Prepared = Deployable & {
  readonly config: DeploymentConfig;
  readonly pins: Pins;
  /** The commit of the sources, and whether there are changes beyond it. */
  readonly source: string;
};

export type PrepareOptions = {
  readonly stage: string;
  readonly log: (line: string) => void;
  /** Deploy uncommitted changes, too. */
  readonly uncommitted: boolean;
  /** Deploys every function again: see `deployableOf`. */
  readonly anew?: string;
  readonly root?: string;
};

const MOST_NAMED = 5;

/**
 * Does every part of a deployment that needs no AWS: checks the configuration, packages, and compares the package with
 * the pins and with git. Throws `DeploymentRefused`, and `DeploymentConfigError` for a configuration that cannot be
 * deployed.
 */
export async function prepareStage({
  stage,
  log,
  uncommitted,
  anew,
  root = projectRoot,
}: PrepareOptions): Promise<Prepared> {
  if (stage === 'local') {
    throw new DeploymentRefused([
      'local is the stage of the embedded stack: copy config/dev.yml to config/<stage>.yml',
    ]);
  }
  // Packaged anew whatever lies in .build, so that the deployment is exactly what the sources make.
  const packaged = await packageStage({ stage, log, root, force: true });
  const deployable = deployableOf(packaged, anew);
  const tree = await readWorkingTree(root);
  const pins = readPins();
  const problems = problemsWithPins(deployable.template, stage, pins);
  const changed = problems.filter(({ kind }) => kind === 'changed');
  const reasons = [
    ...(uncommitted ? [] : uncommittedReasons(tree)),
    ...changed.map(({ logicalId, what }) => `${logicalId}: ${what}`),
  ];
  if (reasons.length > 0) throw new DeploymentRefused(reasons);
  for (const { logicalId } of problems.filter(({ kind }) => kind === 'gone')) {
    log(`${stage}: ${logicalId} is pinned and not in this template; a stack that has it keeps it`);
  }
  const source = sourceOf(tree);
  log(summary(deployable, source));
  return { ...deployable, config: packaged.config, pins, source };
}

function uncommittedReasons({ commit, changed }: WorkingTree): readonly string[] {
  if (commit === undefined) {
    return [
      'this is no git clone with a commit: what is deployed could not be found again (--uncommitted to deploy it all the same)',
    ];
  }
  if (changed.length === 0) return [];
  const more = changed.length > MOST_NAMED ? `, and ${changed.length - MOST_NAMED} more` : '';
  return [
    `no commit has what would be deployed: ${changed.slice(0, MOST_NAMED).join(', ')}${more}. ` +
      'Commit it, or deploy it all the same with --uncommitted',
  ];
}

function sourceOf({ commit, changed }: WorkingTree): string {
  if (commit === undefined) return 'no commit';
  return `commit ${commit}${changed.length > 0 ? ' and changes' : ''}`;
}

function summary({ stage, template, templateFile, uploads }: Deployable, source: string): string {
  const bytes = [...uploads, templateFile].reduce((sum, upload) => sum + upload.bytes.length, 0);
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function').length;
  return (
    `${stage}: ${Object.keys(template.Resources).length} resources, ${functions} functions, ` +
    `${(bytes / 1_000_000).toFixed(1)} MB to upload, of ${source}`
  );
}
