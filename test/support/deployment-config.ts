import {
  checkDeploymentConfig,
  type DeploymentConfig,
} from '../../lib/platform/deployment-config/deployment-config.ts';
import { DeploymentConfigError } from '../../lib/platform/deployment-config/problem.ts';

/** The deployment configuration that these settings make. Throws the problems of settings that make none. */
export function aDeployment(written: unknown): DeploymentConfig {
  const { config, problems } = checkDeploymentConfig(written);
  if (config === undefined || problems.length > 0) throw new DeploymentConfigError('test', problems);
  return config;
}

/** What a command says of these settings, which are `config/test.yml`; `accepted` where nothing is wrong with them. */
export function configProblemsOf(written: unknown): string {
  const { config, problems } = checkDeploymentConfig(written);
  if (config !== undefined && problems.length === 0) return 'accepted';
  return new DeploymentConfigError('test', problems).message;
}
