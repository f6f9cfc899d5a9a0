import { BrokerError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import type { ScheduleSwitches } from '../switches/schedule-switches.ts';
import { makeWalker, type WalkDependencies, type WalkedSchedule, type Walker } from './walk-window.ts';
import { slotsDue, type Window, windowName } from './window.ts';
import { openWindows } from './windows.ts';

export type FannedOutSchedule = WalkedSchedule & { readonly spreadMinutes: number };

export type FanOutDependencies = WalkDependencies & {
  readonly schedules: readonly FannedOutSchedule[];
  readonly switches: Pick<ScheduleSwitches, 'read'>;
  readonly log: TransitionLog;
  readonly clock: Clock;
};

export type FanOutResult = { readonly windows: number; readonly done: number; readonly sent: number };

/** A page is begun only while this much time is left: a page's requests and the write of its cursor take less. */
const LEAST_LEFT_MS = 12_000;

type Round = { readonly walker: Walker; readonly schedule: FannedOutSchedule; readonly isClosing: boolean };
type Turn = { readonly remainingMs: () => number };

/**
 * Continues every open window, page by page in turn, as far as its spread allows and the function's time lasts. The
 * next tick continues from there. A window that fails does not keep the others waiting.
 *
 * @throws the first error, after all other windows were continued.
 */
export async function fanOut({ remainingMs }: Turn, dependencies: FanOutDependencies): Promise<FanOutResult> {
  const problems: unknown[] = [];
  const rounds = await findRounds(problems, dependencies);
  const before = sentBy(rounds);
  const waiting = [...rounds];
  let done = 0;
  for (let round = waiting.shift(); round !== undefined && remainingMs() >= LEAST_LEFT_MS; round = waiting.shift()) {
    const step = await takeTurn(round, { remainingMs, problems }, dependencies);
    if (step === 'more') waiting.push(round);
    if (step === 'done') done += 1;
  }
  if (problems.length > 0) throw problems[0];
  return { windows: rounds.length, done, sent: sentBy(rounds) - before };
}

function sentBy(rounds: readonly Round[]): number {
  return rounds.reduce((sum, { walker }) => sum + walker.window.sent, 0);
}

async function findRounds(problems: unknown[], dependencies: FanOutDependencies): Promise<readonly Round[]> {
  const found = await Promise.allSettled(dependencies.schedules.map((schedule) => roundsOf(schedule, dependencies)));
  return found.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value;
    problems.push(outcome.reason);
    return [];
  });
}

/** While a switch is off, only windows that are over are walked, to count the tenants that were given up. */
async function roundsOf(schedule: FannedOutSchedule, dependencies: FanOutDependencies): Promise<readonly Round[]> {
  const { store, switches, clock, log } = dependencies;
  const windows = await openWindows(schedule.name, store);
  if (windows.length === 0) return [];
  const nowMs = clock.nowMs();
  const [off] = await switches.read(schedule);
  return windows.flatMap((window) => {
    const isClosing = nowMs >= window.closesAtMs;
    if (off !== undefined && !isClosing) {
      log.transition({
        transition: 'schedule.held',
        ...named(window),
        code: 'switch.off',
        explanation: `${off.switchId} is off`,
      });
      return [];
    }
    return [{ walker: makeWalker({ window, schedule, isClosing }, dependencies), schedule, isClosing }];
  });
}

async function takeTurn(
  { walker, schedule, isClosing }: Round,
  { remainingMs, problems }: Turn & { readonly problems: unknown[] },
  { clock, log }: FanOutDependencies,
): Promise<'more' | 'done' | 'over'> {
  const { spreadMinutes } = schedule;
  const nowMs = clock.nowMs();
  const due = isClosing ? Number.POSITIVE_INFINITY : slotsDue(walker.window, { spreadMinutes, nowMs });
  try {
    const step = await walker.step({ slotsDue: due, remainingMs });
    if (step === 'done') {
      const { sent, left } = walker.window;
      const transition = left > 0 ? 'schedule.windowGivenUp' : 'schedule.windowDone';
      log.transition({ transition, ...named(walker.window), sent, left });
      return 'done';
    }
    return step === 'more' ? 'more' : 'over';
  } catch (error) {
    const code = error instanceof BrokerError ? error.code : 'internal';
    log.transition({ transition: 'schedule.notFannedOut', ...named(walker.window), code });
    problems.push(error);
    return 'over';
  }
}

function named({ schedule, startMs }: Window): { readonly schedule: string; readonly window: string } {
  return { schedule, window: windowName(startMs) };
}
