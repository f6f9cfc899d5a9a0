/**
 * Reads a resource's properties by a schema, with intrinsics resolved. A value that does not fit is an error that names
 * the resource and the property.
 */
import * as v from 'valibot';
import { type PolicyDocument, type PolicyUse, parsePolicyDocument } from '../iam/policy-document.ts';
import { ServiceError } from '../service.ts';
import { type ReferenceScope, resolveIntrinsics } from './intrinsics.ts';
import type { TemplateResource } from './references.ts';
import { TemplateError } from './template-error.ts';

/** Members that the schema does not name are dropped; a schema marks forbidden members with `notLocally`. */
export function readProperties<const Schema extends v.GenericSchema>(
  schema: Schema,
  resource: TemplateResource,
  scope: ReferenceScope,
): v.InferOutput<Schema> {
  const resolved = resolveIntrinsics(resource.properties, scope, resource.logicalId);
  const parsed = v.safeParse(schema, resolved);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new TemplateError(resource.logicalId, `${v.getDotPath(issue) ?? 'its properties'}: ${issue.message}`);
}

/** A property that would change what AWS does and that the embedded stack does not support: refused, never ignored. */
export const notLocally = v.exactOptional(v.never('the embedded stack does not do this'));

/** A whole number, which CloudFormation also accepts as text. */
export const wholeNumber = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))]),
  v.integer(),
);

export function readPolicy(json: object, use: PolicyUse, logicalId: string): PolicyDocument {
  try {
    return parsePolicyDocument(json, use);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    throw new TemplateError(logicalId, cause.message);
  }
}

/** The last part of an ARN: a queue's, table's or function's name, or what follows `separator`. */
export function nameInArn(arn: string, separator = ':'): string {
  return arn.slice(arn.lastIndexOf(separator) + 1);
}
