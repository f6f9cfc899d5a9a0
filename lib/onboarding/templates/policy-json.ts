/**
 * A role's policies as IAM takes them. `Value` is a text, or in a rendering whatever stands for one that the customer
 * gives there: a parameter's reference, a variable.
 */
export type Policy<Value = string> = {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement<Value>[];
};

export type Statement<Value = string> = {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: { readonly AWS: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  /** Operator, then condition key, then the value or values of which one must match. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Value | readonly Value[]>>>>;
};

export function policyOf<Value = string>(statements: readonly Statement<Value>[]): Policy<Value> {
  return { Version: '2012-10-17', Statement: statements };
}

/** How IAM counts a policy against its quotas: white space between the elements is free. */
export function policySize(policy: Policy): number {
  return JSON.stringify(policy).length;
}
