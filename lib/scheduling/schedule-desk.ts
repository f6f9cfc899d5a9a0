import { InvokeCommand, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { BrokerError, isErrorCode, type RefusalReason } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { ScheduleConfig } from '../platform/deployment-config/deployment-config.ts';
import { errorName } from '../platform/store-error.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import type { ScheduleSwitches } from '../switches/schedule-switches.ts';
import type { SwitchedOff } from '../switches/switches.ts';
import type { RunNowAnswer } from './run-fan-out.ts';
import { nextTimesMs, readScheduleExpression } from './schedule-expression.ts';
import type { Agenda, OpenedWindow, Window } from './window.ts';
import type { WindowStore } from './window-store.ts';

/** A schedule as it stands. */
export type ScheduleState = {
  readonly schedule: ScheduleConfig;
  /** The next times, at most so many as were asked for. Of a rate none is known before it has come round once. */
  readonly nextMs: readonly number[];
  readonly latestMs?: number;
  readonly pause?: SwitchedOff;
  /** The oldest first. */
  readonly windows: readonly OpenWindow[];
};
export type OpenWindow = Pick<Window, 'startMs' | 'closesAtMs' | 'nextSlot' | 'sent'> & Pick<OpenedWindow, 'by'>;

type Why = { readonly by: string; readonly reason: string };
export type DeskRefusal = { readonly refused: RefusalReason; readonly explanation: string };

/** What an operator can see and do of the schedules. What a schedule is, is the configuration's. */
export type ScheduleDesk = {
  list(): Promise<readonly ScheduleState[]>;
  read(name: string): Promise<ScheduleState | DeskRefusal>;
  pause(name: string, why: Why): Promise<ScheduleState | DeskRefusal>;
  resume(name: string, why: Why): Promise<ScheduleState | DeskRefusal>;
  /** Opens a window now. Throws `schedule.notRun` when nobody answered, who may have opened one. */
  runNow(name: string, by: string): Promise<RunNowAnswer>;
};

export type ScheduleDeskDependencies = {
  readonly schedules: readonly ScheduleConfig[];
  readonly store: Pick<WindowStore, 'readAgenda' | 'readWindow'>;
  readonly switches: Pick<ScheduleSwitches, 'readPause' | 'pause' | 'resume'>;
  /** One that never invokes twice. */
  readonly lambda: { send(command: InvokeCommand): Promise<InvokeCommandOutput> };
  readonly log: TransitionLog;
  readonly clock: Clock;
  readonly config: { readonly fanOutFunctionName: string };
};

/** How many of the next times are told. */
const TIMES = 5;

export function makeScheduleDesk(desk: ScheduleDeskDependencies): ScheduleDesk {
  const { schedules, switches, log } = desk;

  async function forOne(
    name: string,
    work: (schedule: ScheduleConfig) => Promise<void>,
  ): Promise<ScheduleState | DeskRefusal> {
    const schedule = schedules.find((candidate) => candidate.name === name);
    if (schedule === undefined) return unknown();
    await work(schedule);
    return stateOf(schedule, desk);
  }

  return {
    list: () => Promise.all(schedules.map((schedule) => stateOf(schedule, desk))),
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
      return schedules.some((schedule) => schedule.name === name) ? invoke({ name, by }, desk) : unknown();
    },
  };
}

async function stateOf(schedule: ScheduleConfig, desk: ScheduleDeskDependencies): Promise<ScheduleState> {
  const { store, switches, clock } = desk;
  const [agenda, pause] = await Promise.all([store.readAgenda(schedule.name), switches.readPause(schedule.name)]);
  const windows = await Promise.all((agenda?.open ?? []).map((opened) => progressOf(schedule.name, opened, desk)));
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
  { store }: ScheduleDeskDependencies,
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

const answerSchema = v.union([
  v.strictObject({ schedule: v.string(), windowStartMs: v.number() }),
  v.strictObject({ refused: v.string(), explanation: v.string() }),
]);

async function invoke(
  { name, by }: { readonly name: string; readonly by: string },
  { lambda, config }: ScheduleDeskDependencies,
): Promise<RunNowAnswer> {
  const command = new InvokeCommand({
    FunctionName: config.fanOutFunctionName,
    InvocationType: 'RequestResponse',
    Payload: Buffer.from(JSON.stringify({ kind: 'runNow', schedule: name, by }), 'utf8'),
  });
  const answer = await lambda.send(command).catch((error: unknown) => {
    throw notRun(`fan-out-schedule could not be invoked: ${errorName(error)}`);
  });
  if (answer.FunctionError !== undefined) throw notRun('fan-out-schedule failed');
  const read = v.safeParse(answerSchema, parse(answer.Payload));
  if (!read.success) throw notRun('fan-out-schedule gave an answer that cannot be read');
  if ('windowStartMs' in read.output) return read.output;
  const { refused, explanation } = read.output;
  if (refused === 'switch.off' || refused === 'schedule.unknown') return { refused, explanation };
  throw notRun(`fan-out-schedule refused: ${isErrorCode(refused) ? refused : 'a code that is none'}`);
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

function unknown(): DeskRefusal {
  return { refused: 'schedule.unknown', explanation: 'no schedule of this deployment has this name' };
}

function notRun(message: string): BrokerError {
  return new BrokerError('schedule.notRun', message);
}
