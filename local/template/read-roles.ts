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
  /** What a managed policy or a boundary says is not in the template, so it could not be enforced. */
  ManagedPolicyArns: notLocally,
  PermissionsBoundary: notLocally,
});

/** The roles with their trust and inline policies. */
export function readRoles(resources: ResourcesByType, scope: ReferenceScope): readonly RoleWiring[] {
  return resources.of('AWS::IAM::Role').map((resource) => {
    const { logicalId } = resource;
    const properties = readProperties(roleSchema, resource, scope);
    return {
      logicalId,
      path: properties.Path,
      name: properties.RoleName,
      arn: scope.attribute(logicalId, 'Arn'),
      trustPolicy: readPolicy(properties.AssumeRolePolicyDocument, 'trust', logicalId),
      policies: Object.fromEntries(
        properties.Policies.map(({ PolicyName, PolicyDocument }) => [
          PolicyName,
          readPolicy(PolicyDocument, 'identity', logicalId),
        ]),
      ),
      maxSessionDurationSeconds: properties.MaxSessionDuration,
    };
  });
}
