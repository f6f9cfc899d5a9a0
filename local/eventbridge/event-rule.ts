import type { EventEnvelope } from './event-envelope.ts';
import { compileEventPattern } from './event-pattern.ts';

export type RuleTarget = {
  readonly id: string;
  readonly arn: string;
  /** The ARN of the queue for events that cannot be delivered. */
  readonly deadLetterArn?: string;
  /** A constant that the target gets instead of the event. */
  readonly input?: string;
};

export type EventRule = {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  /** Absent for a rule that only runs on a schedule. */
  readonly pattern?: unknown;
  readonly state: 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  readonly targets: readonly RuleTarget[];
};

/**
 * Compiles the test of whether a rule matches an event of its bus. A rule that is merely `ENABLED` does not get
 * CloudTrail's read-only management events, of which AssumeRole is one
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html).
 */
export function compileRule(rule: EventRule): (event: EventEnvelope) => boolean {
  if (rule.pattern === undefined) return () => false;
  const matches = compileEventPattern(rule.pattern);
  if (rule.state === 'DISABLED') return () => false;
  if (rule.state === 'ENABLED') return (event) => !isReadOnlyManagementEvent(event) && matches(event);
  return matches;
}

function isReadOnlyManagementEvent(event: EventEnvelope): boolean {
  const { detail } = event;
  const isFromTrail = event['detail-type'].endsWith('via CloudTrail');
  return isFromTrail && detail['managementEvent'] === true && detail['readOnly'] === true;
}
