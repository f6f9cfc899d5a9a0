import * as v from 'valibot';

const resource = v.looseObject({
  Type: v.string(),
  DeletionPolicy: v.optional(v.string()),
  UpdateReplacePolicy: v.optional(v.string()),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
});
const template = v.looseObject({
  Resources: v.record(v.string(), resource),
  Outputs: v.optional(v.record(v.string(), v.looseObject({ Value: v.unknown() })), {}),
});

export type TemplateResource = v.InferOutput<typeof resource>;
export type DeployedTemplate = v.InferOutput<typeof template>;

/** Reads a CloudFormation template from JSON, as far as a deployment needs it. Throws where the JSON is none. */
export function readDeployedTemplate(text: string): DeployedTemplate {
  return v.parse(template, JSON.parse(text));
}
