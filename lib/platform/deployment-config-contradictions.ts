import { UNRECOGNISED } from '../requests/requester.ts';
import type { DeploymentConfig, Partition, RequesterConfig } from './deployment-config.ts';
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
    ...repeated(config.requesters, whoSends).map(
      ({ first, second }) =>
        `requesters[${second}].recognisedBy.event: has the account and source of requesters[${first}]; expected a pair ` +
        'of its own. Give it another source: nothing else tells the two apart.',
    ),
    ...config.requesters.flatMap(({ name }, index) =>
      name === UNRECOGNISED
        ? [
            `requesters[${index}].name: ${JSON.stringify(name)} is what strangers are recorded as; expected another name. ` +
              'Rename it: the ledger could not tell it from them.',
          ]
        : [],
    ),
    ...config.requesters.flatMap((requester, index) => requesterProblems(requester, { index, config })),
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

/** Source: AWS General Reference, "Partitions"; undefined for partitions that the broker does not serve. */
function partitionOf(region: string): Partition | undefined {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return /^us-iso|^eu-iso/.test(region) ? undefined : 'aws';
}

function whoSends({ recognisedBy: { event } }: RequesterConfig): string {
  return `${event.account ?? 'own'} ${event.source}`;
}

function requesterProblems(
  { recognisedBy: { event } }: RequesterConfig,
  { index, config }: { index: number; config: DeploymentConfig },
): readonly string[] {
  const path = `requesters[${index}].recognisedBy.event`;
  const reserved = event.source.toLowerCase().startsWith('aws.')
    ? [
        `${path}.source: ${JSON.stringify(event.source)} begins with aws.; expected a source of your own. AWS keeps aws. ` +
          'for its services: choose another.',
      ]
    : [];
  const misplaced = event.principals.flatMap((principal, position) => {
    const problem = principalProblem(principal, { account: event.account, partition: config.partition });
    return problem === undefined ? [] : [`${path}.principals[${position}]: ${problem}`];
  });
  return [...reserved, ...misplaced];
}

/** A principal of another account would be let through by the policy, and its events then refused as a stranger's. */
function principalProblem(
  principal: string,
  { account, partition }: { account: string | undefined; partition: Partition },
): string | undefined {
  const [, partitionOfArn, , , accountOfArn] = principal.startsWith('arn:') ? principal.split(':') : [];
  if (partitionOfArn === undefined) {
    if (account === undefined) return undefined;
    return `${principal} means the broker's own account; expected a principal of ${account}. Write its whole ARN.`;
  }
  if (partitionOfArn !== partition) {
    return `is of the partition ${partitionOfArn}; expected ${partition}. No event crosses partitions: remove it.`;
  }
  if (accountOfArn === account) return undefined;
  if (account === undefined) {
    return `is a whole ARN, but the requester names no account; expected role/<name> or user/<name>. Write it so for the broker's own account, or add account: '${accountOfArn}'.`;
  }
  return `is of account ${accountOfArn}; expected account ${account}. Correct the account or the principal.`;
}

type Repetition = { readonly first: number; readonly second: number; readonly key: string };

function repeated<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Repetition[] {
  const keys = items.map(keyOf);
  return keys.flatMap((key, second) => {
    const first = keys.indexOf(key);
    return first < second ? [{ first, second, key }] : [];
  });
}
