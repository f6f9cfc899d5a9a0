/**
 * Which IAM principals a requester of a function URL is: `role/<name>` and `user/<path><name>` of the broker's own
 * account, or the same in a whole ARN, each exact or with one `*` at its end. Roles are written without their path: AWS
 * names the role of a session without it, and names are unique within an account whatever the path.
 * Source: IAM User Guide, "IAM identifiers".
 */
export const PRINCIPAL_PATTERN =
  /^(?:arn:aws(?:-cn|-us-gov|-eusc)?:iam::\d{12}:)?(?:role\/[\w+=,.@-]+|user\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+)\*?$/;

/** Whether this principal matches the pattern. `principalArn` is that of an IAM role or user; nothing else matches. */
export function isOfPattern(
  { principalArn, account }: { readonly principalArn: string; readonly account: string },
  { pattern, brokerAccountId }: { readonly pattern: string; readonly brokerAccountId: string },
): boolean {
  const [, partition, owner] = IAM_PRINCIPAL.exec(principalArn) ?? [];
  if (partition === undefined || owner !== account) return false;
  if (!PRINCIPAL_PATTERN.test(pattern)) return false;
  const whole = pattern.startsWith('arn:') ? pattern : `arn:${partition}:iam::${brokerAccountId}:${pattern}`;
  return fits(principalArn, whole);
}

/**
 * Could one principal be of both? Of `role/x` and a whole ARN it is not asked: what account the broker has is not
 * known.
 */
export function overlap(left: string, right: string): boolean {
  // Where both end with a `*`, that of the longer one is to the shorter one a letter like any other.
  return fits(left, right) || fits(right, left);
}

/**
 * The principal that a session belongs to, its name in the session left out, so that all sessions of a role are one
 * principal. A user is its own; whatever else signs (the account's root, a federated user) is given as it stands, and
 * fits no pattern.
 */
export function principalOf(callerArn: string): string {
  const [, partition, account, role] = ASSUMED_ROLE.exec(callerArn) ?? [];
  return role === undefined ? callerArn : `arn:${partition}:iam::${account}:role/${role}`;
}

/** Whether the principal is an IAM role or user, which neither the account's root nor a federated user is. */
export function isRoleOrUser(principalArn: string): boolean {
  return IAM_PRINCIPAL.test(principalArn);
}

const IAM_PRINCIPAL = /^arn:(aws[a-z-]{0,20}):iam::(\d{12}):(?:role|user)\/[!-~]{1,1000}$/;
const ASSUMED_ROLE = /^arn:(aws[a-z-]{0,20}):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[\w+=,.@-]{1,64}$/;

/** A `*` matches letters of a name, never a part of a path. */
function fits(text: string, pattern: string): boolean {
  if (!pattern.endsWith('*')) return text === pattern;
  const beginning = pattern.slice(0, -1);
  return text.startsWith(beginning) && !text.slice(beginning.length).includes('/');
}
