import type { RefusalReason } from '../errors.ts';
import type { SwitchedOff } from '../switches/switches.ts';
import { type FannedOutSchedule, type FanOutDependencies, type FanOutResult, fanOut } from './fan-out.ts';
import { type FanOutEvent, readFanOutEvent } from './fan-out-event.ts';
import { nextFireMs, readScheduleExpression } from './schedule-expression.ts';
import { windowName } from './window.ts';
import { openWindow } from './windows.ts';

export type RunnableSchedule = FannedOutSchedule & { readonly expression: string };

export type FanOutFunction = Omit<FanOutDependencies, 'schedules'> & {
  readonly schedules: readonly RunnableSchedule[];
  readonly config: { readonly ruleNamePrefix: string; readonly maximumAgeMs: number };
};

/** What a run by hand is answered with. */
export type RunNowAnswer =
  | { readonly schedule: string; readonly windowStartMs: number }
  | { readonly refused: RefusalReason; readonly explanation: string };

type Told = { readonly schedule: string; readonly window: string; readonly told: 'opened' | 'known' | 'skipped' };

/**
 * Handles an invocation of `fan-out-schedule`. The event of a schedule opens a window, and the tick of each minute
 * walks the open windows. Only the tick does that, so that an event is answered quickly and two events do not walk one
 * window at the same time.
 */
export async function runFanOut(
  { event, remainingMs }: { readonly event: unknown; readonly remainingMs: () => number },
  fanOutFunction: FanOutFunction,
): Promise<FanOutResult | Told | RunNowAnswer> {
  const read = readFanOutEvent(event, fanOutFunction.config);
  switch (read.kind) {
    case 'tick':
      return fanOut({ remainingMs }, fanOutFunction);
    case 'scheduled':
      return openScheduled(read, fanOutFunction);
    case 'runNow':
      return openNow(read, fanOutFunction);
  }
}

/** While a switch is off, a time of the schedule is skipped, which is logged; windows opened before wait. */
async function openScheduled(
  { schedule: name, startMs }: FanOutEvent & { readonly kind: 'scheduled' },
  fanOutFunction: FanOutFunction,
): Promise<Told> {
  const { store, switches, log } = fanOutFunction;
  const line = { schedule: name, window: windowName(startMs) };
  const schedule = fanOutFunction.schedules.find((candidate) => candidate.name === name);
  const [off] = schedule === undefined ? [] : await switches.read(schedule);
  if (schedule === undefined || off !== undefined) {
    const code = schedule === undefined ? 'schedule.unknown' : 'switch.off';
    const explanation = off === undefined ? 'no schedule has this name' : offText(off);
    log.transition({ transition: 'schedule.skipped', ...line, code, explanation });
    return { ...line, told: 'skipped' };
  }
  const told = await openWindow(
    { schedule: name, startMs, closesAtMs: closesAtMs(schedule, startMs, fanOutFunction) },
    store,
  );
  log.transition({ transition: told === 'opened' ? 'schedule.windowOpened' : 'schedule.windowKnown', ...line });
  return { ...line, told };
}

async function openNow(
  { schedule: name, by }: FanOutEvent & { readonly kind: 'runNow' },
  fanOutFunction: FanOutFunction,
): Promise<RunNowAnswer> {
  const { store, switches, log, clock } = fanOutFunction;
  const schedule = fanOutFunction.schedules.find((candidate) => candidate.name === name);
  if (schedule === undefined) return { refused: 'schedule.unknown', explanation: 'no schedule has this name' };
  const [off] = await switches.read(schedule);
  if (off !== undefined) return { refused: 'switch.off', explanation: offText(off) };
  const startMs = betweenSeconds(clock.nowMs());
  await openWindow({ schedule: name, startMs, closesAtMs: closesAtMs(schedule, startMs, fanOutFunction), by }, store);
  log.transition({ transition: 'schedule.runNow', schedule: name, window: windowName(startMs), caller: by });
  return { schedule: name, windowStartMs: startMs };
}

/** Windows by the calendar lie on whole seconds: one by hand never does, so that it is never taken for one of those. */
function betweenSeconds(nowMs: number): number {
  return nowMs % 1_000 === 0 ? nowMs + 1 : nowMs;
}

/** When the next window has come and the requests of this one would be too old anyway. */
function closesAtMs({ expression, spreadMinutes }: RunnableSchedule, startMs: number, { config }: FanOutFunction) {
  const reading = readScheduleExpression(expression);
  const nextMs = reading.read ? nextFireMs(reading.schedule, startMs, startMs) : undefined;
  return Math.max(nextMs ?? 0, startMs + spreadMinutes * 60_000) + config.maximumAgeMs;
}

function offText({ switchId, sinceMs }: SwitchedOff): string {
  return `${switchId} is off since ${new Date(sinceMs).toISOString()}`;
}
