import { expect } from 'vitest';
import type { RunClient } from '../outside-clients/outside-clients.ts';

/** The roles that customers make in practice: as we ask for, and as they should not. */
type Trust = {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Action: string;
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }[];
};
type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What a customer is given with `--format json`, as far as the tests look at it. */
export type Given = {
  readonly externalId: string;
  readonly path: string;
  readonly trustPolicy: Trust;
  readonly permissionsPolicy: object;
};

/** The same trust policy with other conditions on sts:AssumeRole. */
export function withConditions({ trustPolicy }: Given, change: (conditions: Conditions) => Conditions): Trust {
  const Statement = trustPolicy.Statement.map((statement) =>
    statement.Action === 'sts:AssumeRole' ? { ...statement, Condition: change(statement.Condition ?? {}) } : statement,
  );
  return { ...trustPolicy, Statement };
}

/** Without this operator. */
export function without(operator: string): (conditions: Conditions) => Conditions {
  return (conditions) => Object.fromEntries(Object.entries(conditions).filter(([name]) => name !== operator));
}

/** With the condition on the external ID under another operator, or with another value. */
export function externalIdUnder(operator: string, value: string): (conditions: Conditions) => Conditions {
  return (conditions) => ({ ...without('StringEquals')(conditions), [operator]: { 'sts:ExternalId': value } });
}

/** Makes the role with the AWS CLI, as the customer of that account. */
export async function makeRole(
  customer: (...args: readonly string[]) => ReturnType<RunClient>,
  { name, given, trust = given.trustPolicy }: { readonly name: string; readonly given: Given; readonly trust?: object },
): Promise<void> {
  const made = await customer(
    ...['iam', 'create-role', '--role-name', name, '--path', given.path],
    ...['--assume-role-policy-document', JSON.stringify(trust)],
  );
  expect([made.exitCode, made.stderr]).toEqual([0, '']);
  const permitted = await customer(
    ...['iam', 'put-role-policy', '--role-name', name, '--policy-name', 'jobs'],
    ...['--policy-document', JSON.stringify(given.permissionsPolicy)],
  );
  expect([permitted.exitCode, permitted.stderr]).toEqual([0, '']);
}
