import type { PolicyDocument } from './policy-document.ts';

/** One IAM role in its present state; an edit replaces the object. */
export type Role = {
  readonly accountId: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly name: string;
  readonly arn: string;
  /** `AROA…`: a role that is deleted and made again has a new id. */
  readonly roleId: string;
  readonly createdAtMs: number;
  readonly trustPolicy: PolicyDocument;
  /** Inline policies by name. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  readonly maxSessionDurationSeconds: number;
};

export type RoleName = { readonly accountId: string; readonly path: string; readonly name: string };

/** A role's ARN keeps the path; the ARNs of its sessions drop it. */
export function roleArn(partition: string, { accountId, path, name }: RoleName): string {
  return `arn:${partition}:iam::${accountId}:role${path}${name}`;
}

export function sessionArn(partition: string, role: RoleName, sessionName: string): string {
  return `arn:${partition}:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`;
}
