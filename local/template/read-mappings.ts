import * as v from 'valibot';
import type { ReferenceScope } from './intrinsics.ts';
import { nameInArn, notLocally, readProperties, wholeNumber } from './properties.ts';
import type { TemplateResource } from './references.ts';
import { TemplateError } from './template-error.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { MappingWiring, StreamMappingWiring } from './wiring.ts';

const ofEverySource = {
  EventSourceArn: v.string(),
  FunctionName: v.string(),
  Enabled: v.optional(v.boolean(), true),
  FunctionResponseTypes: v.optional(v.array(v.literal('ReportBatchItemFailures')), []),
  FilterCriteria: notLocally,
};

const sourceSchema = v.object({ EventSourceArn: v.string() });

const queueSchema = v.object({
  ...ofEverySource,
  BatchSize: v.optional(v.pipe(wholeNumber, v.maxValue(10, 'the embedded stack receives at most 10 at a time')), 10),
  ScalingConfig: v.optional(v.object({ MaximumConcurrency: v.exactOptional(wholeNumber) }), {}),
});

/** -1 is Lambda's value for "no limit of its own". */
const limit = v.union([wholeNumber, v.literal(-1)]);

/** A batching window is the longest time for which Lambda gathers records; the embedded stack never waits. */
const streamSchema = v.object({
  ...ofEverySource,
  BatchSize: v.optional(v.pipe(wholeNumber, v.minValue(1), v.maxValue(10_000)), 100),
  StartingPosition: v.picklist(['LATEST', 'TRIM_HORIZON']),
  BisectBatchOnFunctionError: v.optional(v.boolean(), false),
  MaximumRetryAttempts: v.optional(v.pipe(limit, v.minValue(-1), v.maxValue(10_000)), -1),
  MaximumRecordAgeInSeconds: v.optional(v.pipe(limit, v.minValue(-1), v.maxValue(604_800)), -1),
  DestinationConfig: v.exactOptional(
    v.object({
      OnFailure: v.exactOptional(
        v.object({ Destination: v.pipe(v.string(), v.includes(':sqs:', 'the embedded stack tells only SQS queues')) }),
      ),
    }),
  ),
  ParallelizationFactor: v.exactOptional(v.literal(1, 'the embedded stack reads a shard with one batch at a time')),
  TumblingWindowInSeconds: notLocally,
});

/** The mappings of queues to functions. */
export function readMappings(resources: ResourcesByType, scope: ReferenceScope): readonly MappingWiring[] {
  return mappingsOf('sqs', resources, scope).map((resource) => {
    const properties = readProperties(queueSchema, resource, scope);
    const maximumConcurrency = properties.ScalingConfig.MaximumConcurrency;
    return {
      logicalId: resource.logicalId,
      queueName: nameInArn(properties.EventSourceArn),
      functionName: nameInArn(properties.FunctionName),
      batchSize: properties.BatchSize,
      functionResponseTypes: properties.FunctionResponseTypes,
      enabled: properties.Enabled,
      ...(maximumConcurrency !== undefined && { maximumConcurrency }),
    };
  });
}

/**
 * The mappings of change streams to functions. The starting position makes no difference: when the stack starts,
 * nothing has been written yet. Defaults: Lambda Developer Guide, "Lambda parameters for Amazon DynamoDB event source
 * mappings".
 */
export function readStreamMappings(resources: ResourcesByType, scope: ReferenceScope): readonly StreamMappingWiring[] {
  return mappingsOf('dynamodb', resources, scope).map((resource) => {
    const properties = readProperties(streamSchema, resource, scope);
    const onFailureArn = properties.DestinationConfig?.OnFailure?.Destination;
    return {
      logicalId: resource.logicalId,
      streamArn: properties.EventSourceArn,
      functionName: nameInArn(properties.FunctionName),
      batchSize: properties.BatchSize,
      functionResponseTypes: properties.FunctionResponseTypes,
      bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError,
      maximumRetryAttempts: properties.MaximumRetryAttempts,
      maximumRecordAgeSeconds: properties.MaximumRecordAgeInSeconds,
      enabled: properties.Enabled,
      ...(onFailureArn !== undefined && { onFailureArn }),
    };
  });
}

function mappingsOf(
  service: 'sqs' | 'dynamodb',
  resources: ResourcesByType,
  scope: ReferenceScope,
): readonly TemplateResource[] {
  return resources.of('AWS::Lambda::EventSourceMapping').filter((resource) => {
    const source = readProperties(sourceSchema, resource, scope).EventSourceArn.split(':')[2];
    if (source !== 'sqs' && source !== 'dynamodb') {
      throw new TemplateError(
        resource.logicalId,
        'the embedded stack maps only queues and change streams to functions',
      );
    }
    return source === service;
  });
}
