import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import {
  type CheckedConfig,
  checkDeploymentConfig,
  type DeploymentConfig,
} from '../lib/platform/deployment-config/deployment-config.ts';
import { type ConfigProblem, DeploymentConfigError } from '../lib/platform/deployment-config/problem.ts';

/** The project's own folder, which holds `serverless.yml`. */
export const projectRoot = path.resolve(import.meta.dirname, '..');

/** The contents of `config/<stage>.yml`, as far as they can be read, and all that keeps them from being deployed. */
export type StageCheck = CheckedConfig & {
  readonly stage: string;
  /** The contents as they are in the file, without defaults. */
  readonly written: unknown;
  /** The line of a setting in the file; undefined where the file does not have it. */
  lineOf(keys: readonly (string | number)[]): number | undefined;
};

type StageOptions = { readonly stage: string; readonly root?: string };

/**
 * Reads and checks `config/<stage>.yml`. Throws where there is no such file (naming the stages that exist), where it is
 * no YAML, and (`DeploymentConfigError`) where it is not a configuration that can be deployed or names a job that does
 * not exist.
 */
export function readStageConfig({ stage, root = projectRoot }: StageOptions): DeploymentConfig {
  const { config, problems } = checkStageConfig({ stage, root });
  if (config === undefined || problems.length > 0) throw new DeploymentConfigError(stage, problems);
  return config;
}

/** As `readStageConfig`, but returns the problems of the configuration instead of throwing them. */
export function checkStageConfig({ stage, root = projectRoot }: StageOptions): StageCheck {
  const { document, lines } = readYaml(stageFile({ stage, root }), stage);
  const written: unknown = document.toJS();
  const { config, problems } = checkDeploymentConfig(written);
  return {
    stage,
    written,
    config,
    problems: [...problems, ...(config === undefined ? [] : unknownJobs(config, root))],
    lineOf: (keys) => {
      const node = document.getIn(keys, true);
      return isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
    },
  };
}

function stageFile({ stage, root }: Required<StageOptions>): string {
  // 1 to 20: the longest role name, credential-broker-<stage>-<job of 24>, must fit IAM's 64 characters.
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage)) {
    throw new Error(`${JSON.stringify(stage)} is not a stage: expected 1 to 20 of a-z, 0-9 and -, a letter first`);
  }
  const file = path.join(root, 'config', `${stage}.yml`);
  if (existsSync(file)) return file;
  throw new Error(
    `there is no config/${stage}.yml; the stages that have one: ${stagesIn(root).join(', ')}. ` +
      `Copy config/dev.yml to config/${stage}.yml and change what is yours`,
  );
}

/** A misspelt job name would bind its requester to nothing, and show only when a request is refused. */
function unknownJobs({ requesters, schedules }: DeploymentConfig, root: string): readonly ConfigProblem[] {
  const jobs = globSync('functions/jobs/*.ts', { cwd: root }).map((file) => path.basename(file, '.ts'));
  const named = [
    ...requesters.flatMap(({ jobs: ofRequester }, index) =>
      (ofRequester === 'all' ? [] : ofRequester).map((job, position) => ({
        job,
        at: `requesters[${index}].jobs[${position}]`,
      })),
    ),
    ...schedules.map(({ job }, index) => ({ job, at: `schedules[${index}].job` })),
  ];
  return named
    .filter(({ job }) => !jobs.includes(job))
    .map(({ job, at }) => ({
      code: 'config.jobUnknown',
      path: at,
      what: `is ${JSON.stringify(job)}; expected a job of functions/jobs: ${jobs.sort().join(', ')}`,
      whatToDo: 'Correct its spelling, or add the job first.',
    }));
}

function stagesIn(root: string): readonly string[] {
  const files = readdirSync(path.join(root, 'config')).filter((name) => name.endsWith('.yml'));
  return files.map((name) => name.slice(0, -'.yml'.length)).sort();
}

function readYaml(file: string, stage: string) {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const [cause] = document.errors;
  if (cause !== undefined)
    throw new Error(`config/${stage}.yml is not YAML: ${cause.message.split('\n')[0]}`, { cause });
  return { document, lines };
}
