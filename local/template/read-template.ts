import { readBuckets } from './read-buckets.ts';
import { readBuses, readRules } from './read-events.ts';
import { readFunctions } from './read-functions.ts';
import { readManagedPolicies } from './read-managed-policies.ts';
import { readMappings, readStreamMappings } from './read-mappings.ts';
import { readRuleInvocations } from './read-permissions.ts';
import { readQueues } from './read-queues.ts';
import { readRoles } from './read-roles.ts';
import { readKeys, readTables } from './read-stores.ts';
import { createReferenceScope, type DeploymentPlace } from './references.ts';
import { refuseUnfitTenancy } from './refuse-unfit-tenancy.ts';
import { readResources } from './template-resources.ts';
import type { Wiring } from './wiring.ts';

/**
 * Reads the packaged CloudFormation template into what the embedded stack builds, so that local and deployed cannot
 * drift. Throws `TemplateError`, naming the resource, for whatever it would otherwise have to guess or leave out.
 * @param template the parsed JSON of `cloudformation-template-update-stack.json`.
 */
export function readTemplate(template: unknown, place: DeploymentPlace): Wiring {
  const resources = readResources(template);
  const scope = createReferenceScope(resources.all, place);
  const functions = readFunctions(resources, scope);
  const wiring = {
    functions,
    mappings: readMappings(resources, scope),
    streamMappings: readStreamMappings(resources, scope),
    queues: readQueues(resources, scope),
    buses: readBuses(resources, scope),
    rules: readRules(resources, scope),
    ruleInvocations: readRuleInvocations(resources, scope, functions),
    tables: readTables(resources, scope),
    keys: readKeys(resources, scope),
    roles: readRoles(resources, scope),
    managedPolicies: readManagedPolicies(resources, scope),
    buckets: readBuckets(resources, scope),
  };
  refuseUnfitTenancy(wiring);
  return wiring;
}
