import type { ArnParts, PolicyStatement, ResourceLeaf, ValueLeaf } from './policy-statement.ts';

/** A leaf that may not stand in a policy: where it is and what may stand there. Never the value itself. */
export type LeafProblem = {
  /** For example `statement 2, resource 1, part resource`. */
  readonly parameter: string;
  readonly allowed: string;
};

type Form = { readonly pattern: RegExp; readonly allowed: string };

const ACTION: Form = { pattern: /^[a-z0-9-]{1,63}:[A-Z][A-Za-z0-9]{0,127}$/, allowed: 'a whole action name' };
const CONDITION_KEY: Form = { pattern: /^[a-z0-9-]{1,63}:[A-Za-z0-9-]{1,127}$/, allowed: 'a condition key' };
/** IAM gives `*`, `?` and `${` a meaning in a resource and in a `StringLike` value: none of them is in this list. */
const LEAF_TEXT: Form = {
  pattern: /^[A-Za-z0-9+=,.@_/:-]{1,512}$/,
  allowed: '1 to 512 of A-Z a-z 0-9 + = , . @ _ / : -',
};

const ARN_PARTS: Readonly<Record<keyof ArnParts, Form>> = {
  partition: { pattern: /^aws(?:-[a-z]{1,8}){0,3}$/, allowed: 'a partition such as aws or aws-us-gov' },
  service: { pattern: /^[a-z0-9-]{1,63}$/, allowed: 'a-z 0-9 -' },
  region: { pattern: /^[a-z0-9-]{1,63}$/, allowed: 'a-z 0-9 -' },
  accountId: { pattern: /^\d{12}$/, allowed: '12 digits' },
  resource: LEAF_TEXT,
};

/** Every leaf of the statements that may not be in a policy; an empty list means that all may. */
export function policyProblems(statements: readonly PolicyStatement[]): readonly LeafProblem[] {
  return statements.flatMap((statement, index) => {
    const at = `statement ${index + 1}`;
    return [
      // STS rejects a statement without action or resource; made from an empty list of settings it must not get there.
      ...emptyProblem(statement.actions, `${at}, actions`),
      ...emptyProblem(statement.resources, `${at}, resources`),
      ...statement.actions.flatMap((action, nth) => problem(ACTION, action, `${at}, action ${nth + 1}`)),
      ...statement.resources.flatMap((leaf, nth) => resourceProblems(leaf, `${at}, resource ${nth + 1}`)),
      ...conditionProblems(statement, at),
    ];
  });
}

function resourceProblems(leaf: ResourceLeaf, at: string): readonly LeafProblem[] {
  if (leaf.kind === 'everyResource') return [];
  // A part that is there must say something: an empty text from a setting is not the same as a part left out.
  return Object.entries(leaf.arn).flatMap(([part, text]) => problem(formOf(part), text, `${at}, part ${part}`));
}

function conditionProblems(statement: PolicyStatement, at: string): readonly LeafProblem[] {
  return Object.entries(statement.conditions ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, values]) => [
      ...problem(CONDITION_KEY, key, `${at}, ${operator} key`),
      ...emptyProblem(values, `${at}, ${operator} values`),
      ...values.flatMap((leaf: ValueLeaf, nth) => problem(LEAF_TEXT, leaf.text, `${at}, ${operator} value ${nth + 1}`)),
    ]),
  );
}

function formOf(part: string): Form {
  return new Map<string, Form>(Object.entries(ARN_PARTS)).get(part) ?? { pattern: /^(?!)/, allowed: 'nothing' };
}

function emptyProblem(list: readonly unknown[], parameter: string): readonly LeafProblem[] {
  return list.length > 0 ? [] : [{ parameter, allowed: 'at least one' }];
}

function problem(form: Form, text: unknown, parameter: string): readonly LeafProblem[] {
  if (typeof text === 'string' && form.pattern.test(text)) return [];
  return [{ parameter, allowed: form.allowed }];
}
