import { TemplateError } from './template-error.ts';
import type { FunctionWiring, Wiring } from './wiring.ts';

/**
 * Refuses a function in tenant isolation mode if something invokes it that cannot name a tenant: Lambda supports only
 * callers of its API, and API Gateway, which this stack does not have. Throws `TemplateError`. Source: Lambda Developer
 * Guide, "Tenant isolation", supported features and limitations.
 */
export function refuseUnfitTenancy(wiring: Wiring): void {
  for (const isolated of wiring.functions.filter(({ isolatesTenants }) => isolatesTenants === true)) {
    const unfit = unfitInvoker(isolated, wiring);
    if (unfit !== undefined)
      throw new TemplateError(isolated.logicalId, `tenant isolation mode does not go with ${unfit}`);
  }
}

function unfitInvoker({ name, arn, urlAuthType }: FunctionWiring, wiring: Wiring): string | undefined {
  if (urlAuthType !== undefined) return 'a function URL';
  const mappings = [...wiring.mappings, ...wiring.streamMappings];
  if (mappings.some(({ functionName }) => functionName === name)) return 'an event source mapping';
  const targets = wiring.rules.flatMap((rule) => rule.targets);
  return targets.some((target) => target.arn === arn) ? 'being the target of a rule' : undefined;
}
