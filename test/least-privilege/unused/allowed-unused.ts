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
