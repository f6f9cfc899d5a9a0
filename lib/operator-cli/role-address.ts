import { usageError } from './command-error.ts';

/** Identifies a role of a tenant: by its ARN, or by its account and its name. */
export type RoleAddress = { readonly accountId?: string; readonly roleName?: string };

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.+\/)?([^/]+)$/;

export function readRoleAddress(options: {
  readonly 'role-arn'?: string | undefined;
  readonly account?: string | undefined;
  readonly 'role-name'?: string | undefined;
}): RoleAddress {
  const { 'role-arn': roleArn, account, 'role-name': roleName } = options;
  if (roleArn !== undefined) {
    const [, accountId, name] = ROLE_ARN.exec(roleArn) ?? [];
    if (accountId === undefined || name === undefined) {
      throw usageError(
        `${roleArn} is not the ARN of a role.`,
        'Copy it from IAM: arn:aws:iam::<account>:role/<path>/<name>',
      );
    }
    return { accountId, roleName: name };
  }
  if (roleName !== undefined && account === undefined) {
    throw usageError('--role-name needs --account.', 'Name the account whose role is meant.');
  }
  return { ...(account !== undefined && { accountId: account }), ...(roleName !== undefined && { roleName }) };
}
