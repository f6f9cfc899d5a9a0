/**
 * The parts of which a job makes its session policy. A wildcard is a kind of leaf that code chooses, never a character
 * of a text: so no setting of a tenant, whatever it holds, can bring one in.
 */
export type PolicyStatement = {
  readonly effect: 'Allow';
  /** Whole action names such as `s3:ListAllMyBuckets`; a wildcard here is refused. */
  readonly actions: readonly string[];
  readonly resources: readonly ResourceLeaf[];
  /** Operator, then condition key, then the values of which one must match. */
  readonly conditions?: Readonly<Partial<Record<ConditionOperator, Readonly<Record<string, readonly ValueLeaf[]>>>>>;
};

export type ConditionOperator = 'StringEquals' | 'StringLike';

/** The parts of an ARN; a part that the service leaves out (S3 has no region and no account) is left out here. */
export type ArnParts = {
  readonly partition: string;
  readonly service: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly resource: string;
};

export type ResourceLeaf =
  | { readonly kind: 'everyResource' }
  | { readonly kind: 'arn' | 'arnPrefix'; readonly arn: ArnParts };

export type ValueLeaf = { readonly kind: 'value' | 'valuePrefix'; readonly text: string };

/** `"Resource": "*"`, for actions that know no narrower resource. */
export const everyResource: ResourceLeaf = { kind: 'everyResource' };

/** Exactly this resource. */
export function arn(parts: ArnParts): ResourceLeaf {
  return { kind: 'arn', arn: parts };
}

/** Every resource whose ARN begins so: the one way to a wildcard, which is always the last character. */
export function arnPrefix(parts: ArnParts): ResourceLeaf {
  return { kind: 'arnPrefix', arn: parts };
}

/** Exactly this condition value. */
export function value(text: string): ValueLeaf {
  return { kind: 'value', text };
}

/** Every condition value that begins so; only `StringLike` reads the wildcard as one. */
export function valuePrefix(text: string): ValueLeaf {
  return { kind: 'valuePrefix', text };
}
