import type { PolicyDocument, PolicyStatement } from '../../local/iam/policy-document.ts';

/** Policies with one thing about them changed. */
export type PolicyMutation = {
  /** `<Sid>: <what>`, such as `WriteLedger: without dynamodb:PutItem`. */
  readonly label: string;
  readonly sid: string;
  /** The whole statement is gone. */
  readonly isWhole: boolean;
  /** Of what services the changed statement is: no answer about another can have changed. */
  readonly services: readonly string[];
  readonly policies: readonly PolicyDocument[];
};

type Change = { readonly what: string; readonly statement: PolicyStatement | undefined };

/**
 * Everything that could be left out of the policies: each statement, action, resource, condition and value. And what
 * could be too wide: each Allow with any resource, and with any action of its services.
 */
export function mutationsOf(policies: readonly PolicyDocument[]): PolicyMutation[] {
  return mutate(policies, (statement) => [
    ...omissionsOf(statement),
    ...withoutConditions(statement),
    ...(statement.Effect === 'Allow' ? widenings(statement) : []),
  ]);
}

/** What an Allow could do without: each statement, action, resource, and value that a condition lets through. */
export function narrowingsOf(policies: readonly PolicyDocument[]): PolicyMutation[] {
  return mutate(policies, (statement) => (statement.Effect === 'Allow' ? omissionsOf(statement) : []));
}

function mutate(
  policies: readonly PolicyDocument[],
  changesOf: (statement: PolicyStatement) => readonly Change[],
): PolicyMutation[] {
  return policies.flatMap((policy, at) =>
    policy.Statement.flatMap((statement) =>
      changesOf(statement).map((change) => ({
        label: `${statement.Sid ?? 'no Sid'}: ${change.what}`,
        sid: statement.Sid ?? 'no Sid',
        isWhole: change.statement === undefined,
        services: servicesOf(statement),
        policies: policies.with(at, replaceStatement(policy, statement, change.statement)),
      })),
    ),
  );
}

function replaceStatement(policy: PolicyDocument, old: PolicyStatement, by: PolicyStatement | undefined) {
  const Statement = policy.Statement.flatMap((one) => (one !== old ? [one] : by === undefined ? [] : [by]));
  return { ...policy, Statement };
}

function omissionsOf(statement: PolicyStatement): Change[] {
  return [
    { what: 'left out', statement: undefined },
    ...withoutOneOf(statement, 'Action'),
    ...withoutOneOf(statement, 'Resource'),
    ...withoutOneOf(statement, 'NotResource'),
    ...withoutValues(statement),
  ];
}

function withoutOneOf(statement: PolicyStatement, element: 'Action' | 'Resource' | 'NotResource'): Change[] {
  return shortened([statement[element] ?? []].flat()).map(({ left, rest }) => ({
    what: `without ${left}`,
    statement: { ...statement, [element]: rest },
  }));
}

function withoutValues(statement: PolicyStatement): Change[] {
  return conditionsOf(statement).flatMap(({ operator, key, values }) =>
    shortened(values).map(({ left, rest }) => ({
      what: `${operator} ${key} without ${left}`,
      statement: withCondition(statement, operator, { ...statement.Condition?.[operator], [key]: rest }),
    })),
  );
}

function withoutConditions(statement: PolicyStatement): Change[] {
  return conditionsOf(statement).map(({ operator, key }) => {
    const { [key]: _, ...others } = statement.Condition?.[operator] ?? {};
    return { what: `without ${operator} ${key}`, statement: withCondition(statement, operator, others) };
  });
}

function widenings(statement: PolicyStatement): Change[] {
  const services = servicesOf(statement).map((service) => `${service}:*`);
  const resources = [statement.Resource ?? []].flat();
  return [
    ...(resources.includes('*') ? [] : [{ what: 'any resource', statement: { ...statement, Resource: '*' } }]),
    { what: `${services.join(' ')}`, statement: { ...statement, Action: services } },
  ];
}

function servicesOf({ Action }: PolicyStatement): string[] {
  return [...new Set([Action ?? []].flat().map((action) => action.split(':')[0] ?? ''))];
}

function conditionsOf({ Condition }: PolicyStatement) {
  return Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values: [values].flat() })),
  );
}

type Condition = NonNullable<PolicyStatement['Condition']>;

function withCondition(statement: PolicyStatement, operator: string, keys: Condition[string]): PolicyStatement {
  return { ...statement, Condition: { ...statement.Condition, [operator]: keys } };
}

/** A list of several, with one left out; of a single one nothing would remain. */
function shortened<T>(list: readonly T[]): { left: T; rest: readonly T[] }[] {
  return list.length < 2 ? [] : list.map((left) => ({ left, rest: list.filter((one) => one !== left) }));
}
