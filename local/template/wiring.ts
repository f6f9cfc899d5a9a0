/**
 * The wiring of the deployed parts, as the packaged template describes it, with every intrinsic resolved for one
 * account, region and endpoint. Types only; `read-template.ts` fills them.
 */
import type { PolicyDocument } from '../iam/policy-document.ts';

export type Wiring = {
  readonly functions: readonly FunctionWiring[];
  readonly mappings: readonly MappingWiring[];
  readonly streamMappings: readonly StreamMappingWiring[];
  readonly queues: readonly QueueWiring[];
  readonly buses: readonly BusWiring[];
  readonly rules: readonly RuleWiring[];
  readonly ruleInvocations: readonly RuleInvocation[];
  readonly tables: readonly TableWiring[];
  readonly keys: readonly KeyWiring[];
  readonly roles: readonly RoleWiring[];
  readonly managedPolicies: readonly ManagedPolicyWiring[];
  readonly buckets: readonly BucketWiring[];
};

export type FunctionWiring = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly roleName: string;
  readonly reservedConcurrency?: number;
  /** In tenant isolation mode: accepts only invocations with a tenant's id; two tenants never share a process. */
  readonly isolatesTenants?: true;
  readonly eventInvokeConfig: EventInvokeConfig;
  /** The names of its aliases; all of them are of the only version. */
  readonly aliases: readonly string[];
  /** Present when the function has a function URL. */
  readonly urlAuthType?: string;
};

/** How an asynchronous invocation is retried; AWS's defaults where the template says nothing. */
export type EventInvokeConfig = {
  readonly maximumEventAgeSeconds: number;
  readonly maximumRetryAttempts: number;
  readonly onFailureArn?: string;
};

/** A queue that Lambda polls for a function. */
export type MappingWiring = {
  readonly logicalId: string;
  readonly queueName: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly functionResponseTypes: readonly string[];
  readonly maximumConcurrency?: number;
  readonly enabled: boolean;
};

/** A table's change stream that Lambda reads for a function. */
export type StreamMappingWiring = {
  readonly logicalId: string;
  readonly streamArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly functionResponseTypes: readonly string[];
  readonly bisectBatchOnFunctionError: boolean;
  /** -1: until the record expires in the stream. */
  readonly maximumRetryAttempts: number;
  /** -1: as long as the stream keeps a record. */
  readonly maximumRecordAgeSeconds: number;
  /** A queue that gets a record of every batch that is given up. */
  readonly onFailureArn?: string;
  readonly enabled: boolean;
};

export type QueueWiring = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly maximumMessageBytes: number;
  readonly redrive?: { readonly deadLetterQueueName: string; readonly maxReceiveCount: number };
  readonly policy?: PolicyDocument;
};

export type BusWiring = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The statements of all its `AWS::Events::EventBusPolicy` resources in one document. */
  readonly policy?: PolicyDocument;
};

/** A rule has a pattern (it matches events of its bus) or a schedule expression (it runs on time). */
export type RuleWiring = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly state: RuleState;
  readonly pattern?: Readonly<Record<string, unknown>>;
  readonly scheduleExpression?: string;
  readonly targets: readonly RuleTarget[];
};

/** A permission of a function: this rule may invoke it. */
export type RuleInvocation = { readonly functionArn: string; readonly ruleArn: string };

export type RuleState = 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

export type RuleTarget = {
  readonly id: string;
  readonly arn: string;
  /** The constant JSON text that the target gets instead of the event. */
  readonly input?: string;
  readonly deadLetterArn?: string;
  readonly maximumEventAgeSeconds?: number;
  readonly maximumRetryAttempts?: number;
};

export type TableWiring = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly attributeDefinitions: readonly AttributeDefinition[];
  readonly keySchema: readonly KeySchemaElement[];
  readonly globalSecondaryIndexes: readonly GlobalSecondaryIndex[];
  /** Present when the table has a change stream. */
  readonly streamArn?: string;
};

export type AttributeDefinition = { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' };
export type KeySchemaElement = { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' };
export type GlobalSecondaryIndex = {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: {
    readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly NonKeyAttributes?: readonly string[];
  };
};

export type KeyWiring = {
  readonly logicalId: string;
  readonly keyId: string;
  readonly arn: string;
  readonly keySpec: string;
  readonly keyUsage: string;
  readonly policy: PolicyDocument;
  /** Each starts with `alias/`. */
  readonly aliases: readonly string[];
};

/** A bucket of the deployment: public access blocked, encrypted with S3's own keys. */
export type BucketWiring = {
  readonly logicalId: string;
  readonly name: string;
  /** Object Lock's default retention. */
  readonly retention?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number };
  readonly policy?: PolicyDocument;
};

export type RoleWiring = {
  readonly logicalId: string;
  readonly path: string;
  readonly name: string;
  readonly arn: string;
  readonly trustPolicy: PolicyDocument;
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  readonly maxSessionDurationSeconds: number;
};

/** A policy that nothing in the deployment attaches: people attach it to principals of their own. */
export type ManagedPolicyWiring = {
  readonly logicalId: string;
  readonly name: string;
  readonly document: PolicyDocument;
};
