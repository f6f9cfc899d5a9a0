import * as v from 'valibot';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { ReferenceScope } from './intrinsics.ts';
import { notLocally, readPolicy, readProperties, wholeNumber } from './properties.ts';
import type { TemplateResource } from './references.ts';
import { TemplateError } from './template-error.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { BusWiring, RuleTarget, RuleWiring } from './wiring.ts';

const targetSchema = v.object({
  Id: v.string(),
  Arn: v.string(),
  Input: v.exactOptional(v.string()),
  DeadLetterConfig: v.exactOptional(v.object({ Arn: v.string() })),
  RetryPolicy: v.exactOptional(
    v.object({
      MaximumEventAgeInSeconds: v.exactOptional(wholeNumber),
      MaximumRetryAttempts: v.exactOptional(wholeNumber),
    }),
  ),
  InputPath: notLocally,
  InputTransformer: notLocally,
  RoleArn: notLocally,
  SqsParameters: notLocally,
});

const ruleSchema = v.object({
  Name: v.exactOptional(v.string()),
  EventBusName: v.optional(v.string(), 'default'),
  EventPattern: v.exactOptional(v.record(v.string(), v.unknown())),
  ScheduleExpression: v.exactOptional(v.string()),
  State: v.optional(v.picklist(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']), 'ENABLED'),
  Targets: v.optional(v.array(targetSchema), []),
});

const busSchema = v.object({ Name: v.string() });
const busPolicySchema = v.object({
  EventBusName: v.optional(v.string(), 'default'),
  StatementId: v.string(),
  Statement: v.looseObject({}),
  Condition: notLocally,
});

/** The buses, each with the statements of its policies in one document. */
export function readBuses(resources: ResourcesByType, scope: ReferenceScope): readonly BusWiring[] {
  const statements = new Map<string, object[]>();
  for (const resource of resources.of('AWS::Events::EventBusPolicy')) {
    const { EventBusName: bus, StatementId, Statement } = readProperties(busPolicySchema, resource, scope);
    statements.set(bus, [...(statements.get(bus) ?? []), { ...Statement, Sid: StatementId }]);
  }
  return resources.of('AWS::Events::EventBus').map((resource) => {
    const { Name: name } = readProperties(busSchema, resource, scope);
    const policy = policyOf(statements.get(name), resource.logicalId);
    const arn = scope.attribute(resource.logicalId, 'Arn');
    return { logicalId: resource.logicalId, name, arn, ...(policy !== undefined && { policy }) };
  });
}

/** The rules: those that match events and those that run on a schedule. */
export function readRules(resources: ResourcesByType, scope: ReferenceScope): readonly RuleWiring[] {
  return resources.of('AWS::Events::Rule').map((resource) => readRule(resource, scope));
}

function readRule(resource: TemplateResource, scope: ReferenceScope): RuleWiring {
  const properties = readProperties(ruleSchema, resource, scope);
  const { EventPattern: pattern, ScheduleExpression: scheduleExpression } = properties;
  if ((pattern === undefined) === (scheduleExpression === undefined)) {
    throw new TemplateError(resource.logicalId, 'a rule has either an EventPattern or a ScheduleExpression');
  }
  return {
    logicalId: resource.logicalId,
    name: properties.Name ?? resource.logicalId,
    arn: scope.attribute(resource.logicalId, 'Arn'),
    busName: properties.EventBusName,
    state: properties.State,
    ...(pattern !== undefined && { pattern }),
    ...(scheduleExpression !== undefined && { scheduleExpression }),
    targets: properties.Targets.map(targetOf),
  };
}

function targetOf(target: v.InferOutput<typeof targetSchema>): RuleTarget {
  const maximumEventAgeSeconds = target.RetryPolicy?.MaximumEventAgeInSeconds;
  const maximumRetryAttempts = target.RetryPolicy?.MaximumRetryAttempts;
  return {
    id: target.Id,
    arn: target.Arn,
    ...(target.Input !== undefined && { input: target.Input }),
    ...(target.DeadLetterConfig !== undefined && { deadLetterArn: target.DeadLetterConfig.Arn }),
    ...(maximumEventAgeSeconds !== undefined && { maximumEventAgeSeconds }),
    ...(maximumRetryAttempts !== undefined && { maximumRetryAttempts }),
  };
}

function policyOf(statements: readonly object[] | undefined, logicalId: string): PolicyDocument | undefined {
  if (statements === undefined) return undefined;
  return readPolicy({ Version: '2012-10-17', Statement: statements }, 'resource', logicalId);
}
