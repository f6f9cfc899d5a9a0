/**
 * Permissions that no journey needs, and why they are there all the same. By the name of the function, or `*`, and the
 * permission as `unusedPermissions` names it.
 */
const ALLOWED_UNUSED: readonly (readonly [name: string, permission: RegExp, argument: string])[] = [
  [
    '*',
    /^WriteLogs: left out$/,
    'Lambda writes a function’s log as the function; the embedded stack keeps logs itself',
  ],
  [
    '*',
    /^UseTablesKeyThroughDynamoDb: left out$/,
    'DynamoDB uses the tables’ key as its caller; the embedded stack’s tables are in memory and not encrypted',
  ],
  [
    'archive-audit',
    /^TellFacts: .* without CanaryTouched$/,
    'that somebody touched a canary is told as the other facts are: test/unit/audit/archive',
  ],
  [
    'vend-credentials',
    /^MarkTenantSessions: left out$/,
    'sessions are marked where the role was proven to allow it, as for jobs, whose journeys need it',
  ],
  [
    'vend-credentials',
    /^CountLimits: .* without breadth#\*$/,
    'callers may have a breadth as requesters have; those of the journeys have none: test/journey/brakes/breadth.test.ts',
  ],
  [
    'vend-credentials',
    /^WriteLedger: without dynamodb:GetItem$/,
    'read when the issue cannot be recorded, to tell a suspension from a failure: test/unit/vending',
  ],
  [
    'correlate-cloudtrail',
    /^KeepWhatWaits: without sqs:SendMessage$/,
    'what the ledger could not take while it was away waits in a queue: test/unit/audit/correlation',
  ],
  [
    'process-logs',
    /^SendFailures: left out$/,
    'Lambda sends what it gives up of any job; the journeys make it give up scan-account',
  ],
];

type Unused = { readonly name: string; readonly permission: string };

export function argumentFor({ name, permission }: Unused): string | undefined {
  return ALLOWED_UNUSED.find(([of, pattern]) => (of === '*' || of === name) && pattern.test(permission))?.[2];
}

/** Arguments for what is used after all: they would let a permission in that loses its use later. */
export function unneededArguments(unused: readonly Unused[]): string[] {
  const speaksFor = ([of, pattern]: (typeof ALLOWED_UNUSED)[number]) =>
    unused.some(({ name, permission }) => (of === '*' || of === name) && pattern.test(permission));
  return ALLOWED_UNUSED.filter((one) => !speaksFor(one)).map(([name, pattern]) => `${name} ${pattern.source}`);
}
