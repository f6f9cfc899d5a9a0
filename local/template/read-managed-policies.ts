import * as v from 'valibot';
import type { ReferenceScope } from './intrinsics.ts';
import { notLocally, readPolicy, readProperties } from './properties.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { ManagedPolicyWiring } from './wiring.ts';

const managedPolicySchema = v.object({
  ManagedPolicyName: v.string(),
  PolicyDocument: v.looseObject({}),
  /** The template must not attach a policy to anybody: the accounts file does that. */
  Groups: notLocally,
  Roles: notLocally,
  Users: notLocally,
});

/** The policies that the deployment makes for people, services and tools; the deployment attaches them to nobody. */
export function readManagedPolicies(resources: ResourcesByType, scope: ReferenceScope): readonly ManagedPolicyWiring[] {
  return resources.of('AWS::IAM::ManagedPolicy').map((resource) => {
    const { ManagedPolicyName, PolicyDocument } = readProperties(managedPolicySchema, resource, scope);
    const { logicalId } = resource;
    return { logicalId, name: ManagedPolicyName, document: readPolicy(PolicyDocument, 'identity', logicalId) };
  });
}
