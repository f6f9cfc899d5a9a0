import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  STSClient,
} from '@aws-sdk/client-sts';
import type { AccountName, Connection, Ground } from './ground.ts';
import { callQuery, IAM } from './query-call.ts';

export type Statement = Readonly<Record<string, unknown>>;
export type MadeRole = { readonly account: AccountName; readonly name: string; readonly arn: string };

export type RoleSpecification = {
  readonly account: AccountName;
  /** What it is for; its name is made of this and the ground's suffix. */
  readonly name: string;
  readonly trust: readonly Statement[];
  readonly statements: readonly Statement[];
  readonly path?: string;
  readonly maxSessionSeconds?: number;
};

const POLICY = 'live';

/** Makes a role with one inline policy, and hands its removal over. */
export async function makeRole(
  ground: Pick<Ground, 'accounts' | 'suffix' | 'removals'>,
  specification: RoleSpecification,
): Promise<MadeRole> {
  const { account, trust, statements, path = '/', maxSessionSeconds = 3_600 } = specification;
  const name = `cb-live-${ground.suffix}-${specification.name}`;
  const iam = (Action: string, parameters: Readonly<Record<string, string>>) =>
    callQuery(IAM, ground.accounts[account], { Action, RoleName: name, ...parameters });
  await iam('CreateRole', {
    Path: path,
    MaxSessionDuration: String(maxSessionSeconds),
    AssumeRolePolicyDocument: policy(trust),
  });
  ground.removals.add(`role ${name} in the ${account}'s account`, () => iam('DeleteRole', {}));
  await iam('PutRolePolicy', { PolicyName: POLICY, PolicyDocument: policy(statements) });
  ground.removals.add(`policy of role ${name}`, () => iam('DeleteRolePolicy', { PolicyName: POLICY }));
  return { account, name, arn: `arn:aws:iam::${ground.accounts[account].accountId}:role${path}${name}` };
}

export async function replaceStatements(
  ground: Pick<Ground, 'accounts' | 'suffix' | 'removals'>,
  role: MadeRole,
  statements: readonly Statement[],
): Promise<void> {
  await callQuery(IAM, ground.accounts[role.account], {
    Action: 'PutRolePolicy',
    RoleName: role.name,
    PolicyName: POLICY,
    PolicyDocument: policy(statements),
  });
}

/** Whoever in the account may assume roles: a role that was made a moment ago cannot be named in a trust policy yet. */
export function trusts(
  ground: Pick<Ground, 'accounts' | 'suffix' | 'removals'>,
  account: AccountName,
  condition?: Statement,
): Statement {
  return {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ground.accounts[account].accountId}:root` },
    Action: 'sts:AssumeRole',
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** One HTTP call of AssumeRole, as `by`; the region is the one that is called. */
export async function assume(
  by: Connection,
  input: Omit<AssumeRoleCommandInput, 'RoleSessionName'> & { readonly RoleSessionName?: string },
): Promise<AssumeRoleCommandOutput> {
  const client = new STSClient({ ...by, maxAttempts: 1 });
  try {
    return await client.send(new AssumeRoleCommand({ RoleSessionName: 'live-check', DurationSeconds: 900, ...input }));
  } finally {
    client.destroy();
  }
}

export function policy(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
