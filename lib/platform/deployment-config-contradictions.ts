import { UNRECOGNISED } from '../requests/requester.ts';
import type { DeploymentConfig, Partition } from './deployment-config.ts';
import { requesterContradictions } from './deployment-config-requesters.ts';
import { scheduleContradictions } from './deployment-config-schedules.ts';
import { PARTITION_ENDPOINTS } from './partition-endpoints.ts';
import { readTemplateBaseUrl } from './template-address.ts';

/** What is wrong with a configuration whose values are each right: a line for each, with its path and what to do. */
export function contradictionsOf(config: DeploymentConfig): readonly string[] {
  return [
    ...regionProblem(config),
    ...templateProblem(config),
    ...repeated(config.requesters, ({ name }) => name).map(
      ({ first, second, key }) =>
        `requesters[${second}].name: ${JSON.stringify(key)} is also the name of requesters[${first}]; expected a name ` +
        'of its own. Rename one: requests are recorded under it.',
    ),
    ...config.requesters.flatMap(({ name }, index) =>
      name === UNRECOGNISED
        ? [
            `requesters[${index}].name: ${JSON.stringify(name)} is what strangers are recorded as; expected another name. ` +
              'Rename it: the ledger could not tell it from them.',
          ]
        : [],
    ),
    ...requesterContradictions(config),
    ...scheduleContradictions(config),
    ...canaryProblems(config),
  ];
}

function regionProblem({ homeRegion, partition }: DeploymentConfig): readonly string[] {
  if (partitionOf(homeRegion) === partition) return [];
  return [
    `homeRegion: ${homeRegion} is not a region of the partition ${partition}; expected one of its own. Correct ` +
      'whichever is wrong: a deployment serves the partition that it stands in.',
  ];
}

/** CloudFormation takes templates from S3 alone, and from its own partition's. */
function templateProblem({ templateBaseUrl, partition }: DeploymentConfig): readonly string[] {
  if (templateBaseUrl === undefined || readTemplateBaseUrl(templateBaseUrl, partition) !== undefined) return [];
  const { s3 } = PARTITION_ENDPOINTS[partition];
  return [
    `templateBaseUrl: is ${JSON.stringify(templateBaseUrl)}; expected https://<bucket>.s3.<region>.${s3}, a region of ` +
      `${partition} and a bucket without dots. Name a bucket of that partition: CloudFormation takes templates from S3 alone.`,
  ];
}

/** In a forbidden account no role can be connected: nobody could ever touch the canary. */
function canaryProblems({ canaryAccounts, forbiddenAccountIds }: DeploymentConfig): readonly string[] {
  return canaryAccounts.flatMap((accountId, index) =>
    forbiddenAccountIds.includes(accountId)
      ? [
          `canaryAccounts[${index}]: ${accountId} is in forbiddenAccountIds; expected an account in which a role can be ` +
            'connected. Take it out of one of them: nothing is ever issued for a forbidden account, so that no canary there rings.',
        ]
      : [],
  );
}

/** Source: AWS General Reference, "Partitions"; undefined for partitions that the broker does not serve. */
function partitionOf(region: string): Partition | undefined {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return /^us-iso|^eu-iso/.test(region) ? undefined : 'aws';
}

type Repetition = { readonly first: number; readonly second: number; readonly key: string };

function repeated<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Repetition[] {
  const keys = items.map(keyOf);
  return keys.flatMap((key, second) => {
    const first = keys.indexOf(key);
    return first < second ? [{ first, second, key }] : [];
  });
}
