import { nextFireMs, type Schedule } from '../../lib/scheduling/schedule-expression.ts';
import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import type { StackHome } from '../stack-home.ts';
import { type EventEnvelope, eventTime } from './event-envelope.ts';
import type { EventRule } from './event-rule.ts';
import { parseSchedule } from './schedule.ts';

export type ScheduleRule = Pick<EventRule, 'name' | 'arn' | 'state'> & { readonly scheduleExpression: string };

export type Scheduler = {
  /** From now on, fires due rules by itself: as real time passes and whenever the clock is advanced. */
  start(): void;
  /** Stops firing, and waits for the rules that are being fired. */
  stop(): Promise<void>;
  /** Fires the due rules, for a caller that drives time itself; resolves to the names of the rules fired. */
  runDue(): Promise<readonly string[]>;
  /** When the next rule falls due, in epoch milliseconds. */
  nextDueMs(): number | undefined;
};

export type SchedulerDeps = {
  readonly clock: Pick<StackClock, 'nowMs' | 'onAdvance'>;
  readonly ids: Pick<StackIds, 'uuid'>;
  readonly home: StackHome;
  readonly rules: readonly ScheduleRule[];
  readonly fire: (ruleName: string, event: EventEnvelope) => Promise<void>;
  /** Called when firing failed; the rule runs again at its next time. */
  readonly report: (problem: { readonly ruleName: string; readonly message: string }) => void;
};

type Timetable = {
  readonly rule: ScheduleRule;
  readonly schedule: Schedule;
  readonly madeAtMs: number;
  dueMs?: number;
};

const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Runs schedule rules. A rule that fell due several times while the clock leapt fires once: EventBridge does not catch
 * up either. Throws for a schedule expression that EventBridge would not accept.
 */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const timetables = deps.rules.map((rule) => timetableOf(rule, deps.clock.nowMs()));
  const running = new Set<Promise<unknown>>();
  let isRunning = false;
  let timer: NodeJS.Timeout | undefined;

  function wake(): void {
    if (!isRunning) return;
    const fired = runDue(deps, timetables);
    running.add(fired);
    void fired.finally(() => running.delete(fired));
    arm();
  }

  /** The timer must not keep a process alive that is otherwise done. */
  function arm(): void {
    clearTimeout(timer);
    const dueMs = earliest(timetables);
    if (dueMs === undefined) return;
    timer = setTimeout(wake, Math.min(Math.max(1, dueMs - deps.clock.nowMs()), LONGEST_TIMER_MS)).unref();
  }

  deps.clock.onAdvance(wake);
  return {
    start() {
      isRunning = true;
      wake();
    },
    async stop() {
      isRunning = false;
      clearTimeout(timer);
      await Promise.all(running);
    },
    runDue: () => runDue(deps, timetables),
    nextDueMs: () => earliest(timetables),
  };
}

function timetableOf(rule: ScheduleRule, madeAtMs: number): Timetable {
  const schedule = parseSchedule(rule.scheduleExpression);
  return { rule, schedule, madeAtMs, ...dueAfter({ schedule, madeAtMs }, madeAtMs) };
}

/** Every due rule gets its next time before any of them is fired, so that none fires twice for one moment. */
async function runDue(deps: SchedulerDeps, timetables: readonly Timetable[]): Promise<readonly string[]> {
  const nowMs = deps.clock.nowMs();
  const due = timetables.filter(({ dueMs }) => dueMs !== undefined && dueMs <= nowMs);
  for (const timetable of due) {
    delete timetable.dueMs;
    Object.assign(timetable, dueAfter(timetable, nowMs));
  }
  const firing = due.map(({ rule }) => rule).filter((rule) => rule.state !== 'DISABLED');
  await Promise.all(firing.map((rule) => fireRule(deps, rule, nowMs)));
  return firing.map((rule) => rule.name);
}

async function fireRule(deps: SchedulerDeps, rule: ScheduleRule, nowMs: number): Promise<void> {
  try {
    await deps.fire(rule.name, {
      version: '0',
      id: deps.ids.uuid(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: deps.home.accountId,
      time: eventTime(nowMs),
      region: deps.home.region,
      resources: [rule.arn],
      detail: {},
    });
  } catch (error) {
    deps.report({ ruleName: rule.name, message: error instanceof Error ? error.message : String(error) });
  }
}

function dueAfter(timetable: Pick<Timetable, 'schedule' | 'madeAtMs'>, afterMs: number): { dueMs?: number } {
  const dueMs = nextFireMs(timetable.schedule, afterMs, timetable.madeAtMs);
  return dueMs === undefined ? {} : { dueMs };
}

function earliest(timetables: readonly Timetable[]): number | undefined {
  const dueMs = timetables.flatMap((timetable) => timetable.dueMs ?? []);
  return dueMs.length === 0 ? undefined : Math.min(...dueMs);
}
