import * as v from 'valibot';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { ReferenceScope } from './intrinsics.ts';
import { nameInArn, notLocally, readPolicy, readProperties, wholeNumber } from './properties.ts';
import { TemplateError } from './template-error.ts';
import type { ResourcesByType } from './template-resources.ts';
import type { QueueWiring } from './wiring.ts';

const queueSchema = v.object({
  QueueName: v.string(),
  VisibilityTimeout: v.optional(wholeNumber, 30),
  MessageRetentionPeriod: v.optional(wholeNumber, 345_600),
  /** 1 MiB since 2025. */
  MaximumMessageSize: v.optional(wholeNumber, 1_048_576),
  RedrivePolicy: v.exactOptional(v.object({ deadLetterTargetArn: v.string(), maxReceiveCount: wholeNumber })),
  DelaySeconds: v.exactOptional(v.literal(0, 'the embedded stack has no queue-wide delay')),
  FifoQueue: notLocally,
  KmsMasterKeyId: notLocally,
});

const policySchema = v.object({ Queues: v.array(v.string()), PolicyDocument: v.looseObject({}) });

/** The queues with their resource policies, dead-letter queues before the queues that name them. */
export function readQueues(resources: ResourcesByType, scope: ReferenceScope): readonly QueueWiring[] {
  const policies = readQueuePolicies(resources, scope);
  const queues = resources.of('AWS::SQS::Queue').map((resource): QueueWiring => {
    const properties = readProperties(queueSchema, resource, scope);
    const url = scope.attribute(resource.logicalId, 'QueueUrl');
    const redrive = properties.RedrivePolicy;
    const policy = policies.get(url);
    return {
      logicalId: resource.logicalId,
      name: properties.QueueName,
      arn: scope.attribute(resource.logicalId, 'Arn'),
      url,
      visibilityTimeoutSeconds: properties.VisibilityTimeout,
      retentionSeconds: properties.MessageRetentionPeriod,
      maximumMessageBytes: properties.MaximumMessageSize,
      ...(redrive !== undefined && {
        redrive: {
          deadLetterQueueName: nameInArn(redrive.deadLetterTargetArn),
          maxReceiveCount: redrive.maxReceiveCount,
        },
      }),
      ...(policy !== undefined && { policy }),
    };
  });
  return deadLettersFirst(queues);
}

function readQueuePolicies(resources: ResourcesByType, scope: ReferenceScope): ReadonlyMap<string, PolicyDocument> {
  const policies = new Map<string, PolicyDocument>();
  for (const resource of resources.of('AWS::SQS::QueuePolicy')) {
    const properties = readProperties(policySchema, resource, scope);
    const policy = readPolicy(properties.PolicyDocument, 'resource', resource.logicalId);
    for (const url of properties.Queues) {
      if (policies.has(url)) throw new TemplateError(resource.logicalId, `a second policy for ${url}`);
      policies.set(url, policy);
    }
  }
  return policies;
}

function deadLettersFirst(queues: readonly QueueWiring[]): readonly QueueWiring[] {
  const ordered = new Set<QueueWiring>();
  const waiting = new Set(queues);
  while (waiting.size > 0) {
    const ready = [...waiting].filter(({ redrive }) => !isWaiting(waiting, redrive?.deadLetterQueueName));
    const [first] = waiting;
    if (ready.length === 0) throw new TemplateError(first?.logicalId ?? '', 'its redrive policies go in a circle');
    for (const queue of ready) {
      ordered.add(queue);
      waiting.delete(queue);
    }
  }
  return [...ordered];
}

function isWaiting(waiting: ReadonlySet<QueueWiring>, name: string | undefined): boolean {
  return [...waiting].some((queue) => queue.name === name);
}
