/**
 * Which ARNs may be a tenant's role. An ARN is parsed, rebuilt from its parts and compared. If the two differ it is
 * refused, so that no wildcard, dot path or odd letter reaches STS or a policy.
 */
export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc';

export type RoleArnParts = {
  readonly partition: Partition;
  readonly accountId: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly name: string;
};

export type RoleArnRules = {
  /** The partition that this deployment serves: roles cannot be assumed across partitions. */
  readonly partition: Partition;
  /** Accounts of ours, the broker's among them, which are never a tenant's. */
  readonly forbiddenAccountIds: readonly string[];
  /** The role's path and the beginning of its name, as in the `sts:AssumeRole` permission of the broker. */
  readonly path: string;
  readonly namePattern: string;
};

export type RoleArnReading =
  | { readonly valid: true; readonly parts: RoleArnParts }
  | { readonly valid: false; readonly problem: string };

const MAXIMUM_ARN_LENGTH = 2048;
const EXPECTED = 'expected arn:<partition>:iam::<12 digits>:role/<path>/<name>';
const PARTITIONS: readonly Partition[] = ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'];
/** Source: IAM User Guide, "IAM and AWS STS quotas": names of `[\w+=,.@-]`, 64 at most, paths 512 at most. */
const NAME = /^[A-Za-z0-9_+=,.@-]{1,64}$/;
const PATH_SEGMENT = /^[A-Za-z0-9_+=,.@-]{1,510}$/;

/** Reads a tenant's role ARN under the rules of this deployment; `problem` names the part that failed. */
export function readRoleArn(text: string, rules: RoleArnRules): RoleArnReading {
  if (text.length > MAXIMUM_ARN_LENGTH) return invalid('it is longer than 2,048 characters');
  const [arn, partition, service, region, accountId, ...rest] = text.split(':');
  const known = PARTITIONS.find((candidate) => candidate === partition);
  if (arn !== 'arn' || known === undefined) return invalid(`the partition is not one of AWS: ${EXPECTED}`);
  if (service !== 'iam' || region !== '') return invalid(`it is not the ARN of an IAM role: ${EXPECTED}`);
  if (accountId === undefined || !/^\d{12}$/.test(accountId))
    return invalid(`the account id is not 12 digits: ${EXPECTED}`);
  const resource = readRolePath(rest.join(':'));
  if (resource === undefined)
    return invalid(`the role path or name has characters that IAM does not allow, or none: ${EXPECTED}`);
  const parts = { partition: known, accountId, ...resource };
  if (roleArn(parts) !== text) return invalid('it is not written exactly as its parts');
  return admit(parts, rules);
}

/** The ARN of these parts. */
export function roleArn(parts: RoleArnParts): string {
  return `arn:${parts.partition}:iam::${parts.accountId}:role${parts.path}${parts.name}`;
}

function readRolePath(resource: string): Pick<RoleArnParts, 'path' | 'name'> | undefined {
  const [kind, ...segments] = resource.split('/');
  const name = segments.pop();
  if (kind !== 'role' || name === undefined || !NAME.test(name)) return undefined;
  const legible = segments.every((segment) => PATH_SEGMENT.test(segment) && segment !== '.' && segment !== '..');
  if (!legible) return undefined;
  return { path: segments.length === 0 ? '/' : `/${segments.join('/')}/`, name };
}

function admit(parts: RoleArnParts, rules: RoleArnRules): RoleArnReading {
  if (parts.partition !== rules.partition) {
    return invalid(
      `it is of partition ${parts.partition}, and this deployment serves ${rules.partition}: ` +
        `roles cannot be assumed across partitions; run another deployment in an account of ${parts.partition}`,
    );
  }
  if (rules.forbiddenAccountIds.includes(parts.accountId)) {
    return invalid(`it is of an account of ours, ${parts.accountId}: the customer makes the role in its own account`);
  }
  if (parts.path.startsWith('/aws-service-role/')) {
    return invalid('it is a service-linked role, which only a service of AWS can assume: make one from the template');
  }
  if (parts.path !== rules.path) {
    return invalid(`its path is not ${rules.path}: the broker may assume no other; make the role from the template`);
  }
  if (!nameFits(parts.name, rules.namePattern)) {
    return invalid(`its name does not fit ${rules.namePattern}`);
  }
  return { valid: true, parts };
}

/** A pattern is a name, or the beginning of one followed by a single `*`. */
function nameFits(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function invalid(problem: string): RoleArnReading {
  return { valid: false, problem };
}
