import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type DeploymentConfig, parseDeploymentConfig } from '../lib/platform/deployment-config.ts';

/** The project's own folder: where `serverless.yml` stands. */
export const projectRoot = path.resolve(import.meta.dirname, '..');

/**
 * Reads and checks `config/<stage>.yml`. Throws where there is none (naming the stages that there are), where it is no
 * YAML, and where it is not a configuration that can be deployed or names a job that there is not.
 */
export function readStageConfig({ stage, root = projectRoot }: { stage: string; root?: string }): DeploymentConfig {
  // 1 to 20: the longest role name, credential-broker-<stage>-<job of 24>, must fit IAM's 64 characters.
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage)) {
    throw new Error(`${JSON.stringify(stage)} is not a stage: expected 1 to 20 of a-z, 0-9 and -, a letter first`);
  }
  const file = path.join(root, 'config', `${stage}.yml`);
  if (!existsSync(file)) {
    throw new Error(
      `there is no config/${stage}.yml; the stages that have one: ${stagesIn(root).join(', ')}. ` +
        `Copy config/dev.yml to config/${stage}.yml and change what is yours`,
    );
  }
  const config = parseDeploymentConfig(readYaml(file, stage), { stage });
  refuseUnknownJobs(config, { stage, root });
  return config;
}

/** A name with a slip in it would bind its requester to nothing, and show only when a request is refused. */
function refuseUnknownJobs(
  { requesters, schedules }: DeploymentConfig,
  { stage, root }: { stage: string; root: string },
): void {
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
  const problems = named.flatMap(({ job, at }) =>
    jobs.includes(job)
      ? []
      : [
          `  - ${at}: is ${JSON.stringify(job)}; expected a job of functions/jobs: ${jobs.sort().join(', ')}. ` +
            'Correct its spelling, or add the job first.',
        ],
  );
  if (problems.length > 0) throw new Error(`config/${stage}.yml cannot be deployed:\n${problems.join('\n')}`);
}

function stagesIn(root: string): readonly string[] {
  const files = readdirSync(path.join(root, 'config')).filter((name) => name.endsWith('.yml'));
  return files.map((name) => name.slice(0, -'.yml'.length)).sort();
}

function readYaml(file: string, stage: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`config/${stage}.yml is not YAML: ${reason}`, { cause });
  }
}
