/** The run whose session was denied. AWS names it by its account and its role session name. */
export type SessionOfRun = { readonly accountId: string; readonly issuanceId: string; readonly attempt: number };

/** How AWS names a statement in the role's own policies. It says of a session's fence "in a session policy". */
const DENIED_BY_ROLE = 'with an explicit deny in an identity-based policy';
/** How AWS begins to say why. */
const REASONS = ['with an explicit deny in ', 'because '] as const;
const CALLER = /User: arn:aws[a-z-]{0,20}:sts::(\d{12}):assumed-role\/[\w+=,.@-]{1,64}\/([\w+=,.@-]{2,64}) /;
/** Longer than any message of AWS's. */
const LONGEST_READ = 8_192;
/** How many errors are looked at: the causes of an error, and those that an AggregateError holds. */
const MOST_LOOKED_AT = 50;

/**
 * Whether a policy of the role itself denied this session what the job asked for. That means as a rule that the
 * customer has ended the role's sessions: our template has no other Deny, and AWS names the session policy, whose
 * fence denies too, as such. A denial of another principal, such as the job's own role, does not count; nor does one
 * of a service that does not say which policy denied.
 * Source: IAM User Guide, "Troubleshoot access denied error messages".
 *
 * @param error what the job threw, or anything that it was caused by.
 */
export function sessionRevoked(error: unknown, { accountId, issuanceId, attempt }: SessionOfRun): boolean {
  return deniedByRole(error).some(
    (caller) => caller.accountId === accountId && caller.sessionName === `${issuanceId}.${attempt}`,
  );
}

type DeniedCaller = { readonly accountId: string; readonly sessionName: string };

function deniedByRole(error: unknown): readonly DeniedCaller[] {
  return errorsOf(error).flatMap(({ message }) => {
    const text = message.slice(0, LONGEST_READ);
    const [, accountId, sessionName] = CALLER.exec(text) ?? [];
    if (accountId === undefined || sessionName === undefined || !isDeniedByRole(text)) return [];
    return [{ accountId, sessionName }];
  });
}

/**
 * By the last reason of the text. Between the caller and the reason AWS tells what was asked for, and whoever may put
 * an object into a bucket of the customer's names it: such a name could hold another reason, and another caller.
 */
function isDeniedByRole(text: string): boolean {
  const at = Math.max(...REASONS.map((words) => text.lastIndexOf(words)));
  return at >= 0 && text.startsWith(DENIED_BY_ROLE, at);
}

/** The error, its causes and the errors that it holds, each once: a job may wrap what AWS answered. */
function errorsOf(error: unknown): readonly Error[] {
  const found = new Set<Error>();
  const next: unknown[] = [error];
  while (next.length > 0 && found.size < MOST_LOOKED_AT) {
    const one = next.shift();
    if (!(one instanceof Error) || found.has(one)) continue;
    found.add(one);
    next.push(one.cause, ...(one instanceof AggregateError ? one.errors.slice(0, MOST_LOOKED_AT) : []));
  }
  return [...found].filter(({ message }) => typeof message === 'string');
}
