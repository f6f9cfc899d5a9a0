import * as v from 'valibot';
import type { ReferenceScope } from './intrinsics.ts';
import { notLocally, readProperties } from './properties.ts';
import { TemplateError } from './template-error.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { FunctionWiring, RuleInvocation } from './wiring.ts';

const EVENTS = 'events.amazonaws.com';

const principalSchema = v.object({ Principal: v.string() });

const permissionSchema = v.object({
  FunctionName: v.string(),
  Action: v.literal('lambda:InvokeFunction'),
  /** Without it, every rule of every account could invoke the function: no deployed template may allow that. */
  SourceArn: v.pipe(v.string(), v.regex(/^arn:[^*?]+$/, 'the embedded stack compares whole ARNs')),
  SourceAccount: notLocally,
  PrincipalOrgID: notLocally,
  EventSourceToken: notLocally,
});

/** Which rules may invoke which functions. Permissions for other principals are for calls, not for rules. */
export function readRuleInvocations(
  resources: ResourcesByType,
  scope: ReferenceScope,
  functions: readonly FunctionWiring[],
): readonly RuleInvocation[] {
  const permissions = resources
    .of('AWS::Lambda::Permission')
    .filter((resource) => readProperties(principalSchema, resource, scope).Principal === EVENTS);
  return permissions.map((resource) => {
    const { FunctionName: nameOrArn, SourceArn: ruleArn } = readProperties(permissionSchema, resource, scope);
    const invoked = functions.find(({ name, arn }) => nameOrArn === name || nameOrArn === arn);
    if (invoked === undefined) throw new TemplateError(resource.logicalId, `there is no function ${nameOrArn}`);
    return { functionArn: invoked.arn, ruleArn };
  });
}
