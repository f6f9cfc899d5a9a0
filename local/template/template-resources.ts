/** Parses the template's resources and returns them by type; refuses types that `resource-types.ts` does not list. */
import * as v from 'valibot';
import type { TemplateResource } from './references.ts';
import { type BuiltType, isBuiltType, isIgnoredType } from './resource-types.ts';
import { TemplateError } from './template-error.ts';

export type ResourcesByType = {
  readonly all: ReadonlyMap<string, TemplateResource>;
  of(type: BuiltType): readonly TemplateResource[];
};

const templateSchema = v.object({
  Resources: v.record(
    v.string(),
    v.object({
      Type: v.string(),
      Properties: v.optional(v.record(v.string(), v.unknown()), {}),
      Condition: v.exactOptional(v.string()),
    }),
  ),
});

export function readResources(template: unknown): ResourcesByType {
  const parsed = v.safeParse(templateSchema, template);
  if (!parsed.success) throw new Error(`this is not a CloudFormation template: ${parsed.issues[0].message}`);
  const all = new Map<string, TemplateResource>();
  for (const [logicalId, { Type: type, Properties: properties, Condition }] of Object.entries(
    parsed.output.Resources,
  )) {
    if (!isBuiltType(type) && !isIgnoredType(type)) {
      throw new TemplateError(logicalId, `the embedded stack does not know the resource type ${type}`);
    }
    if (Condition !== undefined) throw new TemplateError(logicalId, 'the embedded stack evaluates no Conditions');
    all.set(logicalId, { logicalId, type, properties });
  }
  return { all, of: (type) => [...all.values()].filter((resource) => resource.type === type) };
}
