import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import type { Stack } from './cloudformation.ts';

export type Caller = { readonly accountId: string; readonly arn: string };

export type Target = {
  readonly config: DeploymentConfig;
  readonly caller: Caller;
  /** The account that the person who deploys means. */
  readonly account: string | undefined;
  readonly stack: Stack | undefined;
  /** The logical ids of the resources in the stack. */
  readonly resourceIds: ReadonlySet<string>;
  /** Go on with a stack that does not say which deployment it is. */
  readonly adopt: boolean;
};

const READY: ReadonlySet<string> = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);

/** Why a stage must not be deployed with these credentials, here and now, a sentence each; empty where it may be. */
export function problemsWithTarget(target: Target): readonly string[] {
  return [...problemsWithAccount(target), ...problemsWithStack(target)];
}

function problemsWithAccount({ config, caller, account, stack }: Target): readonly string[] {
  const { accountId, arn } = caller;
  const [, partition] = arn.split(':');
  const found: string[] = [];
  if (account !== undefined && account !== accountId) {
    found.push(`the credentials are of account ${accountId} (${arn}), and --account says ${account}`);
  }
  if (account === undefined && stack === undefined) {
    found.push(
      `there is no such stage in account ${accountId} in ${config.homeRegion}. If it is to be made there, say so: --account ${accountId}`,
    );
  }
  if (partition !== config.partition) {
    found.push(`the credentials are of the partition ${partition}, and the stage is for ${config.partition}`);
  }
  if (config.canaryAccounts.includes(accountId)) {
    found.push(`account ${accountId} is one of canaryAccounts: a decoy is never the broker's own account`);
  }
  return found;
}

/** A stack that was only begun has no more than these resources, and none of our outputs yet. */
const BEGUN: ReadonlySet<string> = new Set(['ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy']);

function problemsWithStack({ config, stack, resourceIds, adopt }: Target): readonly string[] {
  if (stack === undefined) return [];
  const deploymentId = stack.outputs.get('DeploymentId');
  const mode = stack.outputs.get('TenancyMode');
  const found: string[] = [];
  const isMute = deploymentId === undefined || mode === undefined;
  if (isMute && !adopt && [...resourceIds].some((id) => !BEGUN.has(id))) {
    found.push(
      'what is deployed does not say its DeploymentId and TenancyMode: it may be another project’s, or another deployment’s. ' +
        'If it is this one, say so: --adopt',
    );
  }
  if (deploymentId !== undefined && deploymentId !== config.deploymentId) {
    found.push(
      `what is deployed has the deploymentId ${deploymentId}, and the configuration has ${config.deploymentId}: ` +
        'every external ID carries it, so that no customer could be served',
    );
  }
  if (mode !== undefined && mode !== config.mode) {
    found.push(`what is deployed is ${mode}, and the configuration says ${config.mode}: make another stage for that`);
  }
  if (!READY.has(stack.status)) found.push(whatToDoFor(stack.status));
  return found;
}

/** Stacks that were never completed, or are half deleted: no working broker is in them. */
const RUINS: ReadonlySet<string> = new Set(['CREATE_FAILED', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_FAILED']);

/**
 * What has to happen before a stack of this status can be updated. The advice never removes anything that may be in
 * use. Source: CloudFormation User Guide, "Stack status codes"; API Reference, RollbackStack and
 * ContinueUpdateRollback.
 */
export function whatToDoFor(status: string): string {
  if (status === 'REVIEW_IN_PROGRESS') {
    return `the stack is ${status}: somebody only planned it, and it is empty. aws cloudformation delete-stack, and deploy again`;
  }
  if (status.endsWith('_IN_PROGRESS')) return `the stack is ${status}: wait until that is over`;
  if (RUINS.has(status)) return `the stack is ${status}: remove what there is of it (npm run remove), and deploy again`;
  if (status === 'UPDATE_FAILED') {
    return `the stack is ${status}, an update that was told not to be rolled back: aws cloudformation rollback-stack, and deploy again`;
  }
  const next = status === 'UPDATE_ROLLBACK_FAILED' ? ', and aws cloudformation continue-update-rollback' : '';
  return `the stack is ${status}: see its events for why, mend that${next}`;
}
