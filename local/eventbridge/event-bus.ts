import { ServiceError } from '../service.ts';
import type { EventEnvelope } from './event-envelope.ts';
import { compileRule, type EventRule, type RuleTarget } from './event-rule.ts';

/**
 * Hands a body to a target by its ARN, as `events.amazonaws.com` on behalf of the rule; `attributes` are the message
 * attributes of a dead letter. Throws `ServiceError` when the target does not exist or does not allow the rule.
 */
export type DeliverToTarget = (
  targetArn: string,
  body: string,
  origin: { readonly ruleArn: string; readonly attributes?: Readonly<Record<string, string>> },
) => Promise<void>;

/** A failure that EventBridge would drop in silence, reported to the operator of the stack. */
export type EventBusProblem =
  | { readonly kind: 'unknown bus'; readonly busName: string; readonly eventId: string }
  | {
      readonly kind: 'undelivered';
      readonly ruleArn: string;
      readonly targetArn: string;
      readonly code: string;
      readonly message: string;
      /** Whether the rule's dead-letter queue has the event; if not, it is lost. */
      readonly isKept: boolean;
    };

export type EventBus = {
  /** Hands the event to every target of every matching rule of the bus; resolves when all have been tried. */
  publish(busName: string, event: EventEnvelope): Promise<void>;
  /** Hands the event to one rule's targets without looking at the pattern, as a schedule does. */
  fire(ruleName: string, event: EventEnvelope): Promise<void>;
};

export type EventBusDeps = {
  readonly busNames: readonly string[];
  readonly rules: readonly EventRule[];
  readonly deliver: DeliverToTarget;
  readonly report: (problem: EventBusProblem) => void;
};

/**
 * Buses with their rules. Targets of the embedded stack are in process, so a delivery that fails once fails for good
 * (no permission, no such target): such events go to the dead-letter queue without a retry, as in EventBridge. Throws
 * for a rule whose pattern EventBridge would not accept.
 */
export function createEventBus(deps: EventBusDeps): EventBus {
  const rules = deps.rules.map((rule) => ({ rule, takes: compileRule(rule) }));
  return {
    async publish(busName, event) {
      if (!deps.busNames.includes(busName)) deps.report({ kind: 'unknown bus', busName, eventId: event.id });
      const taking = rules.filter(({ rule, takes }) => rule.busName === busName && takes(event));
      await Promise.all(taking.map(({ rule }) => deliverToAll(deps, rule, event)));
    },
    async fire(ruleName, event) {
      const found = rules.find(({ rule }) => rule.name === ruleName);
      if (found === undefined) throw new RangeError(`there is no rule ${ruleName}`);
      await deliverToAll(deps, found.rule, event);
    },
  };
}

async function deliverToAll(deps: EventBusDeps, rule: EventRule, event: EventEnvelope): Promise<void> {
  const body = JSON.stringify(event);
  await Promise.all(rule.targets.map((target) => deliverTo(deps, { rule, target, body })));
}

async function deliverTo(
  deps: EventBusDeps,
  delivery: { rule: EventRule; target: RuleTarget; body: string },
): Promise<void> {
  const { rule, target, body } = delivery;
  try {
    await deps.deliver(target.arn, target.input ?? body, { ruleArn: rule.arn });
  } catch (error) {
    const failure = failureOf(error);
    const isKept = await keepDeadLetter(deps, delivery, failure);
    deps.report({ kind: 'undelivered', ruleArn: rule.arn, targetArn: target.arn, ...failure, isKept });
  }
}

async function keepDeadLetter(
  deps: EventBusDeps,
  delivery: { rule: EventRule; target: RuleTarget; body: string },
  failure: { code: string; message: string },
): Promise<boolean> {
  const { rule, target, body } = delivery;
  if (target.deadLetterArn === undefined) return false;
  const attributes = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: failure.code,
    ERROR_MESSAGE: failure.message,
  };
  try {
    await deps.deliver(target.deadLetterArn, body, { ruleArn: rule.arn, attributes });
    return true;
  } catch (error) {
    const lost = failureOf(error);
    deps.report({ kind: 'undelivered', ruleArn: rule.arn, targetArn: target.deadLetterArn, ...lost, isKept: false });
    return false;
  }
}

function failureOf(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ServiceError)) return { code: 'INTERNAL_ERROR', message };
  return { code: error.code.startsWith('AccessDenied') ? 'NO_PERMISSIONS' : error.code, message };
}
