import type { ScheduleView } from '../../management/management-views.ts';
import type { Session } from '../session.ts';
import { type Cell, renderTable } from '../terminal/table.ts';
import { ageOf, instantOf, timeLeft } from '../terminal/time-words.ts';

/** The texts and tables that people read about schedules. */

/** A table with a line for each schedule. */
export function renderSchedules(
  schedules: readonly ScheduleView[],
  { clock, style }: Pick<Session, 'clock' | 'style'>,
) {
  const rows = schedules.map((view): readonly Cell[] => [
    view.name,
    view.job,
    view.expression,
    nextText(view, clock.nowMs()),
    view.pause === undefined ? { text: 'on', tone: 'good' } : { text: 'paused', tone: 'waiting' },
    openText(view),
  ]);
  return renderTable(['NAME', 'JOB', 'EXPRESSION', 'NEXT', 'STATE', 'OPEN'], rows, style);
}

/** Notes on a schedule: who paused it, and a line for each open window. */
export function scheduleNotes({ name, pause, windows }: ScheduleView, nowMs: number): readonly string[] {
  const paused =
    pause === undefined ? [] : [`${name} is paused since ${instantOf(pause.sinceMs)} by ${pause.by}: ${pause.reason}`];
  return [
    ...paused,
    ...windows.map(({ startMs, closesAtMs, by, part, sent }) => {
      const wanted = by === undefined ? '' : `, run by ${by}`;
      const left = `${timeLeft(closesAtMs - nowMs)} until what is left is given up`;
      return `${name} ${instantOf(startMs)}${wanted}: ${percent(part)} done, ${sent} asked for, ${left}`;
    }),
  ];
}

/** The next times of each schedule, with a line for each time. */
export function renderTimes(schedules: readonly ScheduleView[], { clock, style }: Pick<Session, 'clock' | 'style'>) {
  const nowMs = clock.nowMs();
  const rows = schedules.flatMap((view): readonly (readonly Cell[])[] =>
    view.nextMs.length === 0
      ? [[view.name, nextText(view, nowMs), '', stateText(view)]]
      : view.nextMs.map((timeMs) => [view.name, instantOf(timeMs), ageOf(timeMs, nowMs), stateText(view)]),
  );
  return renderTable(['NAME', 'WHEN', '', ''], rows, style);
}

/** EventBridge counts a rate from the creation of the rule, an instant that only the first run reveals. */
function nextText({ nextMs, expression }: ScheduleView, nowMs: number): string {
  const [first] = nextMs;
  if (first !== undefined) return ageOf(first, nowMs);
  return expression.startsWith('rate(') ? 'not known yet' : 'never';
}

function stateText({ pause }: ScheduleView): string {
  return pause === undefined ? '' : 'passed over while paused';
}

function openText({ windows }: ScheduleView): string {
  return windows.map(({ part }) => percent(part)).join(', ');
}

function percent(part: number): string {
  return `${Math.floor(part * 100)} %`;
}
