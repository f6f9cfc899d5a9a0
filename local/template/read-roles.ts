import * as v from 'valibot';
import type { ReferenceScope } from './intrinsics.ts';
import { notLocally, readPolicy, readProperties, wholeNumber } from './properties.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { RoleWiring } from './wiring.ts';

const roleSchema = v.object({
  RoleName: v.string(),
  Path: v.optional(v.string(), '/'),
  AssumeRolePolicyDocument: v.looseObject({}),
  Policies: v.optional(v.array(v.object({ PolicyName: v.string(), PolicyDocument: v.looseObject({}) })), []),
  MaxSessionDuration: v.optional(wholeNumber, 3600),
  /** The contents of a managed policy or a boundary are not in the template, so they could not be enforced. */
  ManagedPolicyArns: notLocally,
  PermissionsBoundary: notLocally,
});

/** One inline policy that is a resource of its own, for a role made elsewhere in the template. */
const rolePolicySchema = v.object({
  RoleName: v.string(),
  PolicyName: v.string(),
  PolicyDocument: v.looseObject({}),
});

/** The roles with their trust and inline policies, whether these are part of the role or resources of their own. */
export function readRoles(resources: ResourcesByType, scope: ReferenceScope): readonly RoleWiring[] {
  const besides = resources
    .of('AWS::IAM::RolePolicy')
    .map((resource) => ({ ...readProperties(rolePolicySchema, resource, scope), logicalId: resource.logicalId }));
  return resources.of('AWS::IAM::Role').map((resource) => {
    const { logicalId } = resource;
    const properties = readProperties(roleSchema, resource, scope);
    return {
      logicalId,
      path: properties.Path,
      name: properties.RoleName,
      arn: scope.attribute(logicalId, 'Arn'),
      trustPolicy: readPolicy(properties.AssumeRolePolicyDocument, 'trust', logicalId),
      policies: Object.fromEntries([
        ...properties.Policies.map(
          ({ PolicyName, PolicyDocument }) => [PolicyName, readPolicy(PolicyDocument, 'identity', logicalId)] as const,
        ),
        ...besides
          .filter(({ RoleName }) => RoleName === properties.RoleName)
          .map((one) => [one.PolicyName, readPolicy(one.PolicyDocument, 'identity', one.logicalId)] as const),
      ]),
      maxSessionDurationSeconds: properties.MaxSessionDuration,
    };
  });
}
