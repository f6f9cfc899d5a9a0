import type { ChangeSetName, CloudFormation, Stack } from './cloudformation.ts';
import { templateUpload, type Upload } from './deployable.ts';
import { type CodeOf, foreignCode } from './deployed-code.ts';
import { type Caller, problemsWithTarget, whatToDoFor } from './deployment-target.ts';
import { describeChanges } from './describe-changes.ts';
import { judgeChanges } from './judge-changes.ts';
import type { Prepared } from './prepare-stage.ts';
import { DeploymentRefused } from './refusal.ts';
import { type Settled, settle, type Watching } from './settle.ts';
import { stackPolicy } from './stack-policy.ts';
import { withStaticNames } from './static-names.ts';

export type DeployOptions = {
  readonly account?: string;
  /** Show what would change, and change nothing but the deployment bucket. */
  readonly showOnly: boolean;
  /** Logical ids of pinned resources that may leave the stack; the resources themselves are kept. */
  readonly letGo: readonly string[];
  readonly takeOver: boolean;
  /** Go on with a stack that does not say which deployment it is. */
  readonly adopt: boolean;
  readonly revertDrift: boolean;
  /** For how many minutes after the update the alarms can roll it back; 0 for none. */
  readonly watchMinutes: number;
};

export type DeployWorld = Watching & {
  readonly cloudFormation: CloudFormation;
  readonly caller: Caller;
  readonly upload: (bucket: string, files: readonly Upload[]) => Promise<void>;
  /** The URL at which CloudFormation finds a file of the deployment bucket. */
  readonly urlOf: (bucket: string, key: string) => string;
  readonly codeOf: CodeOf;
};

/** The alarms that show that the broker does not work, by their names after the prefix. */
const WATCHED = [
  { name: 'not-issuing', type: 'AWS::CloudWatch::CompositeAlarm' },
  { name: 'issue-credentials-errors', type: 'AWS::CloudWatch::Alarm' },
  { name: 'tables-unusable', type: 'AWS::CloudWatch::Alarm' },
] as const;

/**
 * Brings a stage to what is prepared, or makes it: shows what CloudFormation would do, refuses what must never be done,
 * has CloudFormation do the rest, and checks that the functions run the code of the sources. Throws `DeploymentRefused`
 * before anything of the stage has changed, and an error with the reasons where CloudFormation did not complete the
 * update.
 */
export async function deployStage(prepared: Prepared, options: DeployOptions, world: DeployWorld): Promise<void> {
  const { cloudFormation, caller, log } = world;
  const { stackName, config } = prepared;
  log(`${prepared.stage}: as ${caller.arn}, account ${caller.accountId}, ${config.homeRegion}`);
  const found = await cloudFormation.describeStack(stackName);
  const resourceIds = new Set(found === undefined ? [] : (await cloudFormation.resourceIds(stackName)).keys());
  const { account, adopt } = options;
  const problems = problemsWithTarget({ config, caller, account, stack: found, resourceIds, adopt });
  if (problems.length > 0) throw new DeploymentRefused(problems);
  if (found === undefined && options.showOnly) return sayWhatIsNew(prepared, log);
  const stack = found ?? (await makeStack(prepared, world));
  const isNew = !resourceIds.has('LedgerTable');
  const changed = await updateStack(prepared, { ...options, ...(isNew && { watchMinutes: 0 }) }, world, stack);
  if (options.showOnly) return;
  const foreign = await foreignCode(prepared, world.codeOf);
  if (foreign.length > 0) throw new Error(['What runs is not what was deployed:', ...foreign].join('\n  '));
  log(`${prepared.stage}: ${changed ? 'deployed' : 'nothing has changed'}; every function runs what the sources make`);
}

function sayWhatIsNew({ template }: Prepared, log: DeployWorld['log']): void {
  const added = Object.entries(template.Resources).map(([logicalId, { Type: type }]) => {
    return { action: 'Add', logicalId, type, properties: [] };
  });
  for (const line of describeChanges(added)) log(line);
}

async function makeStack({ stage, stackName, firstTemplateText }: Prepared, world: DeployWorld): Promise<Stack> {
  const { cloudFormation, log } = world;
  log(`${stage}: making the stack ${stackName}, with its deployment bucket first`);
  await cloudFormation.createStack({ stackName, templateBody: firstTemplateText });
  const stack = await cloudFormation.describeStack(stackName);
  if (stack === undefined) throw new Error(`CloudFormation has no stack ${stackName} after it made it`);
  const { status, problems } = await settle(stack, undefined, world);
  if (status !== 'CREATE_COMPLETE') throw new Error(failureText('The stack could not be made', status, problems));
  return stack;
}

/** True where something had to be changed. */
async function updateStack(
  prepared: Prepared,
  options: DeployOptions,
  world: DeployWorld,
  stack: Stack,
): Promise<boolean> {
  const { cloudFormation, log } = world;
  const { stackName, pins } = prepared;
  const { template, changeSet } = await askForChanges(prepared, options, world);
  const changes = await changesOf(changeSet, world);
  if (changes === undefined) {
    await cloudFormation.deleteChangeSet(changeSet);
    return false;
  }
  for (const line of describeChanges(changes)) log(line);
  const { refusals, warnings } = judgeChanges(changes, pins, options.letGo);
  for (const warning of warnings) log(`  ${warning}`);
  if (refusals.length > 0 || options.showOnly) await cloudFormation.deleteChangeSet(changeSet);
  if (refusals.length > 0) throw new DeploymentRefused(refusals);
  if (options.showOnly) return true;
  if (!stack.isProtected) await cloudFormation.protectStack(stackName, true);
  // The policy is set before the update, which it judges: it no longer covers resources that may leave the stack.
  await cloudFormation.setStackPolicy(stackName, stackPolicy(Object.keys(template.Resources), pins));
  const failure = await execute({ ...changeSet, takesOver: options.takeOver }, world, stack);
  if (failure === undefined) return true;
  await protectWhatIsThere(prepared, world);
  throw failure;
}

/** After an update that did not come through, protects again the resources that were to leave and are still there. */
async function protectWhatIsThere({ stackName, pins }: Prepared, { cloudFormation, log }: DeployWorld): Promise<void> {
  try {
    const ids = await cloudFormation.resourceIds(stackName);
    await cloudFormation.setStackPolicy(stackName, stackPolicy([...ids.keys()], pins));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log(`  the stack policy may not protect all that is there, until it is deployed again: ${why}`);
  }
}

/** Uploads all that the update needs, and has CloudFormation begin to work out the changes. */
async function askForChanges(prepared: Prepared, options: DeployOptions, world: DeployWorld) {
  const { cloudFormation, caller, log } = world;
  const { stackName } = prepared;
  const { template, templateFile } = options.takeOver
    ? templateUpload(withStaticNames(prepared.template, caller.accountId))
    : prepared;
  const bucket = (await cloudFormation.resourceIds(stackName)).get('ServerlessDeploymentBucket');
  if (bucket === undefined)
    throw new Error(`the stack ${stackName} has no deployment bucket: it is none of this project`);
  log(`${prepared.stage}: uploading to ${bucket}`);
  await world.upload(bucket, [...prepared.uploads, templateFile]);
  const changeSet: ChangeSetName = { stackName, changeSetName: `deploy-${world.nowMs()}` };
  await cloudFormation.createChangeSet({
    ...changeSet,
    description: `of ${prepared.source}`,
    templateUrl: world.urlOf(bucket, templateFile.key),
    takesOver: options.takeOver,
    revertsDrift: options.revertDrift,
    ...(options.watchMinutes > 0 && { watch: watchFor(prepared, options, world) }),
  });
  return { template, changeSet };
}

/** Returns the error if the update did not come through. Throws if watching broke off: the result is unknown. */
async function execute(
  changeSet: ChangeSetName & { readonly takesOver: boolean },
  world: DeployWorld,
  stack: Stack,
): Promise<unknown> {
  let after: string | undefined;
  try {
    after = await world.cloudFormation.lastEventId(stack.stackId);
    await world.cloudFormation.executeChangeSet(changeSet);
  } catch (error) {
    return error;
  }
  const { status, problems, failed } = await settle(stack, after, world);
  if (status === 'UPDATE_COMPLETE') {
    sayWhatIsLeft(failed, world.log);
    return undefined;
  }
  const isBack = status === 'UPDATE_ROLLBACK_COMPLETE';
  const now = isBack ? 'what was deployed before is there again' : whatToDoFor(status);
  return new Error(failureText(`The update did not come through; ${now}`, status, problems));
}

/**
 * An update completes even where a resource could not be deleted: CloudFormation tries three times, and then the
 * resource is no part of the stack any more. Source: CloudFormation User Guide, Troubleshooting, "Resource removed from
 * stack but not deleted".
 */
function sayWhatIsLeft(failed: Settled['failed'], log: DeployWorld['log']): void {
  for (const { logicalId, type, physicalId } of failed.values()) {
    log(`  left behind, delete it yourself: ${logicalId} (${type} ${physicalId}) is no part of the stack any more`);
  }
}

/** Undefined where there is nothing to change. */
async function changesOf(changeSet: ChangeSetName, { cloudFormation, sleep }: DeployWorld) {
  for (;;) {
    const { status, reason = '', changes } = await cloudFormation.describeChangeSet(changeSet);
    if (status === 'CREATE_COMPLETE') return changes;
    // CloudFormation says only in this way that nothing changes. Source: its sentences, as SAM and the AWS CLI read
    // them.
    if (status === 'FAILED' && /didn't contain changes|No updates are to be performed/.test(reason)) return undefined;
    if (!/_(?:PENDING|IN_PROGRESS)$/.test(status)) {
      await cloudFormation.deleteChangeSet(changeSet);
      throw new Error(`CloudFormation makes no change set of it: ${status} ${reason}`.trimEnd());
    }
    await sleep(2_000);
  }
}

function watchFor({ stackName, config }: Prepared, { watchMinutes }: DeployOptions, { caller }: DeployWorld) {
  const alarms = `arn:${config.partition}:cloudwatch:${config.homeRegion}:${caller.accountId}:alarm:`;
  return {
    alarmArns: WATCHED.map(({ name, type }) => ({ arn: `${alarms}${stackName}-${name}`, type })),
    minutes: watchMinutes,
  };
}

function failureText(what: string, status: string, problems: readonly string[]): string {
  return [`${what} (${status}).`, ...problems].join('\n  ');
}
