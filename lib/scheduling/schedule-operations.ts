import type { RefusalReason } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { ScheduleConfig } from '../platform/deployment-config/deployment-config.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import type { ScheduleSwitches } from '../switches/schedule-switches.ts';
import type { SwitchedOff } from '../switches/switches.ts';
import type { RunNowAnswer } from './run-fan-out.ts';
import { type RunNowDependencies, runScheduleNow } from './run-schedule-now.ts';
import { nextTimesMs, readScheduleExpression } from './schedule-expression.ts';
import type { Agenda, OpenedWindow, Window } from './window.ts';
import type { WindowStore } from './window-store.ts';

/** A schedule as it stands. */
export type ScheduleState = {
  readonly schedule: ScheduleConfig;
  /** When it comes round next. Empty for a rate that has not come round yet: nothing tells when its rule was made. */
  readonly nextMs: readonly number[];
  readonly latestMs?: number;
  readonly pause?: SwitchedOff;
  /** The oldest first. */
  readonly windows: readonly OpenWindow[];
};
export type OpenWindow = Pick<Window, 'startMs' | 'closesAtMs' | 'nextSlot' | 'sent'> & Pick<OpenedWindow, 'by'>;

type Why = { readonly by: string; readonly reason: string };
export type ScheduleRefusal = { readonly refused: RefusalReason; readonly explanation: string };

/**
 * What an operator can see of the schedules and do with them. Which schedules there are is set in the configuration.
 */
export type ScheduleOperations = {
  list(): Promise<readonly ScheduleState[]>;
  read(name: string): Promise<ScheduleState | ScheduleRefusal>;
  pause(name: string, why: Why): Promise<ScheduleState | ScheduleRefusal>;
  resume(name: string, why: Why): Promise<ScheduleState | ScheduleRefusal>;
  /** Opens a window now. Throws `schedule.notRun` when there was no answer: then one may have been opened or not. */
  runNow(name: string, by: string): Promise<RunNowAnswer>;
};

export type ScheduleDependencies = RunNowDependencies & {
  readonly schedules: readonly ScheduleConfig[];
  readonly store: Pick<WindowStore, 'readAgenda' | 'readWindow'>;
  readonly switches: Pick<ScheduleSwitches, 'readPause' | 'pause' | 'resume'>;
  readonly log: TransitionLog;
  readonly clock: Clock;
};

/** How many of the next times are given. */
const TIMES = 5;

export function makeScheduleOperations(dependencies: ScheduleDependencies): ScheduleOperations {
  const { schedules, switches, log } = dependencies;

  async function forOne(
    name: string,
    work: (schedule: ScheduleConfig) => Promise<void>,
  ): Promise<ScheduleState | ScheduleRefusal> {
    const schedule = schedules.find((candidate) => candidate.name === name);
    if (schedule === undefined) return unknown();
    await work(schedule);
    return stateOf(schedule, dependencies);
  }

  return {
    list: () => Promise.all(schedules.map((schedule) => stateOf(schedule, dependencies))),
    read: (name) => forOne(name, async () => undefined),
    pause: (name, { by, reason }) =>
      forOne(name, async () => {
        await switches.pause(name, { by, reason });
        log.transition({ transition: 'schedule.paused', schedule: name, caller: by, explanation: reason });
      }),
    resume: (name, { by, reason }) =>
      forOne(name, async () => {
        await switches.resume(name);
        log.transition({ transition: 'schedule.resumed', schedule: name, caller: by, explanation: reason });
      }),
    async runNow(name, by) {
      return schedules.some((schedule) => schedule.name === name)
        ? runScheduleNow({ name, by }, dependencies)
        : unknown();
    },
  };
}

async function stateOf(schedule: ScheduleConfig, dependencies: ScheduleDependencies): Promise<ScheduleState> {
  const { store, switches, clock } = dependencies;
  const [agenda, pause] = await Promise.all([store.readAgenda(schedule.name), switches.readPause(schedule.name)]);
  const windows = await Promise.all(
    (agenda?.open ?? []).map((opened) => progressOf(schedule.name, opened, dependencies)),
  );
  const latestMs = agenda?.latest?.startMs;
  return {
    schedule,
    nextMs: nextOf(schedule, { agenda, nowMs: clock.nowMs() }),
    ...(latestMs === undefined ? {} : { latestMs }),
    ...(pause === undefined ? {} : { pause }),
    windows: windows.flat().toSorted((one, other) => one.startMs - other.startMs),
  };
}

/** A window whose row is not there yet has not begun; one that is done is about to leave the agenda. */
async function progressOf(
  schedule: string,
  { startMs, closesAtMs, by }: OpenedWindow,
  { store }: ScheduleDependencies,
): Promise<readonly OpenWindow[]> {
  const row = await store.readWindow({ schedule, startMs });
  if (row?.done === true) return [];
  const { nextSlot = 0, sent = 0 } = row ?? {};
  return [{ startMs, closesAtMs, nextSlot, sent, ...(by === undefined ? {} : { by }) }];
}

/** EventBridge counts a rate from when the rule was made, which only its last time tells us. */
function nextOf(
  { expression }: ScheduleConfig,
  { agenda, nowMs }: { readonly agenda: Agenda | undefined; readonly nowMs: number },
): readonly number[] {
  const reading = readScheduleExpression(expression);
  const madeAtMs = agenda?.latest?.startMs;
  if (!reading.read || (reading.schedule.kind === 'rate' && madeAtMs === undefined)) return [];
  return nextTimesMs(reading.schedule, { afterMs: nowMs, madeAtMs: madeAtMs ?? nowMs, count: TIMES });
}

function unknown(): ScheduleRefusal {
  return { refused: 'schedule.unknown', explanation: 'no schedule of this deployment has this name' };
}
