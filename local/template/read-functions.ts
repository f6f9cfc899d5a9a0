import * as v from 'valibot';
import type { ReferenceScope } from './intrinsics.ts';
import { nameInArn, notLocally, readProperties, wholeNumber } from './properties.ts';
import type { TemplateResource } from './references.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { EventInvokeConfig, FunctionWiring } from './wiring.ts';

/** CloudFormation turns numbers and booleans into text. */
const environmentValue = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

const functionSchema = v.object({
  FunctionName: v.string(),
  Handler: v.string(),
  Timeout: v.optional(wholeNumber, 3),
  MemorySize: v.optional(wholeNumber, 128),
  Environment: v.optional(v.object({ Variables: v.optional(v.record(v.string(), environmentValue), {}) }), {}),
  Role: v.string(),
  ReservedConcurrentExecutions: v.exactOptional(wholeNumber),
  DeadLetterConfig: notLocally,
  TenancyConfig: v.exactOptional(v.strictObject({ TenantIsolationMode: v.literal('PER_TENANT') })),
});

const invokeConfigSchema = v.object({
  FunctionName: v.string(),
  Qualifier: v.literal('$LATEST'),
  MaximumEventAgeInSeconds: v.exactOptional(wholeNumber),
  MaximumRetryAttempts: v.exactOptional(wholeNumber),
  DestinationConfig: v.exactOptional(
    v.object({
      OnFailure: v.exactOptional(v.object({ Destination: v.pipe(v.string(), v.includes(':sqs:')) })),
      OnSuccess: notLocally,
    }),
  ),
});

/** AWS's defaults for asynchronous invocation: 6 hours and two retries. */
export const DEFAULT_INVOKE_CONFIG: EventInvokeConfig = { maximumEventAgeSeconds: 21_600, maximumRetryAttempts: 2 };

/** The functions, each with the retries of its asynchronous invocations and, where it has one, its URL. */
export function readFunctions(resources: ResourcesByType, scope: ReferenceScope): readonly FunctionWiring[] {
  const invokeConfigs = new Map(
    resources.of('AWS::Lambda::EventInvokeConfig').map((resource) => readInvokeConfig(resource, scope)),
  );
  const aliases = resources.of('AWS::Lambda::Alias').map((resource) => readAlias(resource, scope));
  const urls = new Map(resources.of('AWS::Lambda::Url').map((resource) => readUrl(resource, scope)));
  return resources.of('AWS::Lambda::Function').map((resource) => {
    const properties = readProperties(functionSchema, resource, scope);
    const { FunctionName: name, ReservedConcurrentExecutions: reservedConcurrency } = properties;
    const urlAuthType = urls.get(name);
    return {
      logicalId: resource.logicalId,
      name,
      arn: scope.attribute(resource.logicalId, 'Arn'),
      handler: properties.Handler,
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      environment: properties.Environment.Variables,
      roleArn: properties.Role,
      roleName: nameInArn(properties.Role, '/'),
      ...(reservedConcurrency !== undefined && { reservedConcurrency }),
      ...(properties.TenancyConfig !== undefined && { isolatesTenants: true }),
      eventInvokeConfig: invokeConfigs.get(name) ?? DEFAULT_INVOKE_CONFIG,
      aliases: aliases.filter(({ functionName }) => functionName === name).map((alias) => alias.name),
      ...(urlAuthType !== undefined && { urlAuthType }),
    };
  });
}

function readInvokeConfig(resource: TemplateResource, scope: ReferenceScope): readonly [string, EventInvokeConfig] {
  const properties = readProperties(invokeConfigSchema, resource, scope);
  const onFailureArn = properties.DestinationConfig?.OnFailure?.Destination;
  return [
    nameInArn(properties.FunctionName),
    {
      maximumEventAgeSeconds: properties.MaximumEventAgeInSeconds ?? DEFAULT_INVOKE_CONFIG.maximumEventAgeSeconds,
      maximumRetryAttempts: properties.MaximumRetryAttempts ?? DEFAULT_INVOKE_CONFIG.maximumRetryAttempts,
      ...(onFailureArn !== undefined && { onFailureArn }),
    },
  ];
}

/** There are no published versions here: an alias of one would run other code than the template's. */
const aliasSchema = v.object({
  Name: v.pipe(v.string(), v.regex(/^(?!\d+$)[\w-]{1,128}$/)),
  FunctionName: v.string(),
  FunctionVersion: v.literal('$LATEST'),
  RoutingConfig: notLocally,
  ProvisionedConcurrencyConfig: notLocally,
});

function readAlias(
  resource: TemplateResource,
  scope: ReferenceScope,
): { readonly name: string; readonly functionName: string } {
  const { Name: name, FunctionName } = readProperties(aliasSchema, resource, scope);
  return { name, functionName: nameInArn(FunctionName) };
}

const urlSchema = v.object({ TargetFunctionArn: v.string(), AuthType: v.picklist(['AWS_IAM', 'NONE']) });

function readUrl(resource: TemplateResource, scope: ReferenceScope): readonly [string, string] {
  const { TargetFunctionArn, AuthType } = readProperties(urlSchema, resource, scope);
  return [nameInArn(TargetFunctionArn), AuthType];
}
