import type { StackClock } from '../clock.ts';
import { deliverToQueues } from '../eventbridge/deliver-to-queue.ts';
import { createEventBus, type DeliverToTarget, type EventBus, type EventBusProblem } from '../eventbridge/event-bus.ts';
import { createScheduler, type Scheduler } from '../eventbridge/scheduler.ts';
import type { Authorize } from '../iam/authorize.ts';
import type { StackIds } from '../ids.ts';
import type { AsyncInvocations } from '../lambda/async-invocations.ts';
import { ServiceError } from '../service.ts';
import type { QueueStore } from '../sqs/queue-store.ts';
import { arnAt, type StackHome } from '../stack-home.ts';
import type { Wiring } from '../template/wiring.ts';

export type EventsDeps = {
  readonly wiring: Wiring;
  readonly home: StackHome;
  readonly store: QueueStore;
  readonly authorize: Authorize;
  readonly asyncInvocations: AsyncInvocations;
  readonly clock: StackClock;
  readonly ids: StackIds;
  readonly log: (message: string) => void;
};

/** The template's buses and rules, delivering to queues and functions, and its schedules, not started yet. */
export function createEvents(deps: EventsDeps): { readonly bus: EventBus; readonly scheduler: Scheduler } {
  const { wiring, log, clock, ids, home } = deps;
  const bus = createEventBus({
    busNames: ['default', ...wiring.buses.map(({ name }) => name)],
    rules: wiring.rules,
    deliver: deliverToTargets(deps),
    report: (problem) => log(describe(problem)),
  });
  const scheduler = createScheduler({
    clock,
    ids,
    home,
    rules: wiring.rules.flatMap((rule) => {
      const { scheduleExpression } = rule;
      return scheduleExpression === undefined ? [] : [{ ...rule, scheduleExpression }];
    }),
    fire: (ruleName, event) => bus.fire(ruleName, event),
    report: ({ ruleName, message }) => log(`schedule ${ruleName}: ${message}`),
  });
  return { bus, scheduler };
}

/**
 * A function gets its event asynchronously, as from EventBridge, and only from a rule that its own policy allows; every
 * other target is a queue or an error.
 */
function deliverToTargets(deps: EventsDeps): DeliverToTarget {
  const toQueue = deliverToQueues(deps);
  const functionArnStart = arnAt(deps.home, 'lambda', 'function:');
  return async (targetArn, body, origin) => {
    if (!targetArn.startsWith(functionArnStart)) return toQueue(targetArn, body, origin);
    const functionName = targetArn.slice(functionArnStart.length);
    if (!deps.wiring.functions.some(({ name }) => name === functionName)) {
      throw new ServiceError('ResourceNotFoundException', 404, `Function not found: ${targetArn}`);
    }
    const { ruleInvocations } = deps.wiring;
    if (!ruleInvocations.some(({ functionArn, ruleArn }) => functionArn === targetArn && ruleArn === origin.ruleArn)) {
      throw new ServiceError('AccessDeniedException', 403, `${origin.ruleArn} may not invoke ${targetArn}`);
    }
    deps.asyncInvocations.accept({ functionName, payload: body, requestId: deps.ids.uuid() });
  };
}

function describe(problem: EventBusProblem): string {
  if (problem.kind === 'unknown bus') return `event ${problem.eventId} was put on the unknown bus ${problem.busName}`;
  const fate = problem.isKept ? 'kept in the dead-letter queue' : 'lost';
  return `${problem.ruleArn} could not deliver to ${problem.targetArn} (${problem.code}: ${problem.message}); ${fate}`;
}
