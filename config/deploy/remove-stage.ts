import type { CloudFormation, Stack } from './cloudformation.ts';
import { type DeployedTemplate, readDeployedTemplate } from './deployed-template.ts';
import type { Caller } from './deployment-target.ts';
import type { Pins } from './pinned-resources.ts';
import { DeploymentRefused } from './refusal.ts';
import { type Settled, settle, type Watching } from './settle.ts';

export type RemoveOptions = {
  readonly stage: string;
  readonly account: string;
  /** The name of the stack, typed once more on purpose. */
  readonly confirm: string | undefined;
  readonly pins: Pins;
};

export type RemoveWorld = Watching & {
  readonly cloudFormation: CloudFormation;
  readonly caller: Caller;
  /** Whether everything is switched off, or nothing is left that could be. */
  readonly isOff: () => Promise<boolean>;
  /** Deletes everything in a bucket; CloudFormation cannot delete a bucket that is not empty. */
  readonly emptyBucket: (bucket: string) => Promise<void>;
};

/** The resources that were kept: their physical ids by logical id. */
export type Kept = ReadonlyMap<string, string>;

/**
 * Removes the stack of a stage except for resources that hold data, and returns what was kept. First logs what goes and
 * what stays, and goes on only where that was confirmed. Throws `DeploymentRefused` while anything could still be
 * issued.
 */
export async function removeStage(options: RemoveOptions, world: RemoveWorld): Promise<Kept> {
  const { cloudFormation, caller, log } = world;
  const stackName = `credential-broker-${options.stage}`;
  const stack = await cloudFormation.describeStack(stackName);
  if (options.account !== caller.accountId) {
    throw refused(`the credentials are of account ${caller.accountId}, and --account says ${options.account}`);
  }
  if (stack === undefined) throw refused(`there is no stack ${stackName} in account ${caller.accountId}`);
  if (stack.status === 'REVIEW_IN_PROGRESS') {
    throw refused(`the stack is ${stack.status}: it is empty. aws cloudformation delete-stack removes it`);
  }
  if (stack.status.endsWith('_IN_PROGRESS')) throw refused(`the stack is ${stack.status}: wait until that is over`);
  const template = readDeployedTemplate((await cloudFormation.template(stackName)) || '{"Resources":{}}');
  const ids = await cloudFormation.resourceIds(stackName);
  const kept = new Map([...ids].filter(([id]) => isKept(template, id)));
  log(`${stackName} in account ${caller.accountId}: ${ids.size - kept.size} resources go, ${kept.size} stay:`);
  for (const [id, physicalId] of kept) log(`  ${typeOf(template, id).padEnd(24)}  ${physicalId}`);
  const unprotected = [...ids.keys()].filter((id) => options.pins[id]?.kept === true && !kept.has(id));
  if (unprotected.length > 0) {
    throw refused(
      `what is deployed does not keep ${unprotected.join(', ')}, where data lies: deploy first, from a commit that keeps it`,
    );
  }
  if (options.confirm !== stackName) throw refused(`to go on, say so: --confirm ${stackName}`);
  if (!(await world.isOff())) {
    throw refused(
      'the broker still issues: broker switch off --global, and wait until no session is left (docs/deploying.md)',
    );
  }
  await cloudFormation.protectStack(stackName, false);
  await deleteWith(bucketsThatGo(template, ids), { ...stack, stackName }, world);
  return kept;
}

/**
 * The buckets are emptied when CloudFormation has removed everything else: no rollback can then bring back anything
 * that needs their contents, and a removal that is refused or gets stuck has cost nothing. CloudFormation deletes no
 * bucket that is not empty, so it is asked a second time.
 */
async function deleteWith(buckets: Buckets, stack: NamedStack, world: RemoveWorld): Promise<void> {
  if (buckets.size > 0)
    world.log('  CloudFormation fails at buckets that are not empty; they are emptied and tried again');
  const first = await deleted(stack, world);
  const isStuck = [...first.failed.keys()].some((id) => !buckets.has(id));
  if (first.status === 'DELETE_COMPLETE') return;
  if (first.status !== 'DELETE_FAILED' || first.failed.size === 0 || isStuck) throw notRemoved(first);
  for (const bucket of buckets.values()) await world.emptyBucket(bucket);
  const second = await deleted(stack, world);
  if (second.status !== 'DELETE_COMPLETE') throw notRemoved(second);
}

/** Physical ids by logical id. */
type Buckets = ReadonlyMap<string, string>;
type NamedStack = Pick<Stack, 'stackId'> & { readonly stackName: string };

async function deleted({ stackId, stackName }: NamedStack, world: RemoveWorld): Promise<Settled> {
  const after = await world.cloudFormation.lastEventId(stackId);
  await world.cloudFormation.deleteStack(stackName);
  return settle({ stackId }, after, world);
}

function notRemoved({ status, problems }: Settled): Error {
  return new Error([`The stack could not be removed whole (${status}).`, ...problems].join('\n  '));
}

function refused(reason: string): DeploymentRefused {
  return new DeploymentRefused([reason], 'removed');
}

/** `RetainExceptOnCreate` also keeps existing resources. Source: CloudFormation Template Reference, DeletionPolicy. */
const KEEPING: ReadonlySet<string | undefined> = new Set(['Retain', 'RetainExceptOnCreate']);

function isKept({ Resources }: DeployedTemplate, logicalId: string): boolean {
  return KEEPING.has(Resources[logicalId]?.DeletionPolicy);
}

function typeOf({ Resources }: DeployedTemplate, logicalId: string): string {
  return Resources[logicalId]?.Type ?? 'unknown';
}

function bucketsThatGo(template: DeployedTemplate, ids: ReadonlyMap<string, string>): Buckets {
  return new Map([...ids].filter(([id]) => typeOf(template, id) === 'AWS::S3::Bucket' && !isKept(template, id)));
}
