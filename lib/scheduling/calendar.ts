/** What is wrong with an expression; `readScheduleExpression` turns it into a value. */
export class ExpressionProblem extends Error {}

/** A cron expression of EventBridge: six fields, UTC, minutes as the smallest step. */
export type Cron = {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly years: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly isDay: DayTest;
};

type DayTest = (day: Day) => boolean;
/** `weekday` is 1 for Sunday to 7 for Saturday; `lastDay` is the month's length. */
type Day = { readonly dayOfMonth: number; readonly weekday: number; readonly lastDay: number };
type FieldRange = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const LAST_YEAR = 2199;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Reads `minutes hours day-of-month month day-of-week year`, where exactly one of the two day fields is `?`. `L`,
 * `nW`, `nL` and `n#k` are understood
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html).
 * @throws ExpressionProblem
 */
export function parseCron(text: string): Cron {
  const [minutes = '', hours = '', dayOfMonth = '', month = '', weekday = '', year = '', ...rest] = text.split(' ');
  if (year === '' || rest.length > 0) throw new ExpressionProblem(`cron(${text}) needs six fields`);
  if ((dayOfMonth === '?') === (weekday === '?')) {
    throw new ExpressionProblem(`cron(${text}): exactly one of day-of-month and day-of-week must be ?`);
  }
  return {
    minutes: expand(minutes, { name: 'minutes', from: 0, to: 59 }),
    hours: expand(hours, { name: 'hours', from: 0, to: 23 }),
    months: new Set(expand(month, { name: 'month', from: 1, to: 12, names: MONTHS })),
    years: new Set(expand(year, { name: 'year', from: 1970, to: LAST_YEAR })),
    isDay: weekday === '?' ? anyOf(dayOfMonth, dayOfMonthTest) : anyOf(weekday, weekdayTest),
  };
}

/** The first matching minute after `afterMs`; undefined when no year is left. */
export function nextCronMs(cron: Cron, afterMs: number): number | undefined {
  const earliestMs = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
  const lastYear = Math.max(...cron.years);
  for (let dayMs = Math.floor(earliestMs / DAY_MS) * DAY_MS; ; dayMs += DAY_MS) {
    const date = new Date(dayMs);
    if (date.getUTCFullYear() > lastYear) return undefined;
    const fireMs = isMatchingDay(cron, date) ? firstTimeOfDay(cron, dayMs, earliestMs) : undefined;
    if (fireMs !== undefined) return fireMs;
  }
}

function firstTimeOfDay(cron: Cron, dayMs: number, earliestMs: number): number | undefined {
  const times = cron.hours.flatMap((hour) => cron.minutes.map((minute) => dayMs + (hour * 60 + minute) * MINUTE_MS));
  return times.find((timeMs) => timeMs >= earliestMs);
}

function isMatchingDay(cron: Cron, date: Date): boolean {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (!cron.years.has(year) || !cron.months.has(month + 1)) return false;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return cron.isDay({ dayOfMonth: date.getUTCDate(), weekday: date.getUTCDay() + 1, lastDay });
}

function anyOf(field: string, testOf: (part: string) => DayTest): DayTest {
  const tests = field.split(',').map(testOf);
  return (day) => tests.some((test) => test(day));
}

function dayOfMonthTest(part: string): DayTest {
  if (part === 'L') return (day) => day.dayOfMonth === day.lastDay;
  const wanted = /^(\d{1,2})W$/.exec(part)?.[1];
  if (wanted !== undefined) return (day) => isNearestWeekday(day, Number(wanted));
  const days = new Set(expand(part, { name: 'day-of-month', from: 1, to: 31 }));
  return (day) => days.has(day.dayOfMonth);
}

function weekdayTest(part: string): DayTest {
  const range = { name: 'day-of-week', from: 1, to: 7, names: WEEKDAYS };
  if (part === 'L') return (day) => day.weekday === 7;
  const [, name = '', suffix = ''] = /^(\w+?)(L|#[1-5])$/.exec(part) ?? [];
  if (suffix === '') {
    const weekdays = new Set(expand(part, range));
    return (day) => weekdays.has(day.weekday);
  }
  const [weekday] = expand(name, range);
  const isRightWeek: DayTest =
    suffix === 'L'
      ? (day) => day.dayOfMonth + 7 > day.lastDay
      : (day) => Math.ceil(day.dayOfMonth / 7) === Number(suffix.slice(1));
  return (day) => day.weekday === weekday && isRightWeek(day);
}

/** Saturday and Sunday give way to the nearest weekday of the same month. */
function isNearestWeekday(day: Day, wanted: number): boolean {
  if (wanted > day.lastDay || day.weekday === 1 || day.weekday === 7) return false;
  const weekdayOfWanted = ((((day.weekday - 1 + wanted - day.dayOfMonth) % 7) + 7) % 7) + 1;
  if (weekdayOfWanted === 7) return day.dayOfMonth === (wanted === 1 ? 3 : wanted - 1);
  if (weekdayOfWanted === 1) return day.dayOfMonth === (wanted === day.lastDay ? wanted - 2 : wanted + 1);
  return day.dayOfMonth === wanted;
}

/** `*`, `5`, `1-5`, `MON-FRI`, `0/15`, and lists of them: the numbers in order. */
function expand(field: string, range: FieldRange): number[] {
  const numbers = field.split(',').flatMap((part) => expandPart(part, range));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function expandPart(part: string, range: FieldRange): number[] {
  const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const from = first === '*' ? range.from : numberOf(first, range);
  const isOpen = first === '*' || step !== undefined;
  const to = last === undefined ? (isOpen ? range.to : from) : numberOf(last, range);
  const width = step === undefined ? 1 : Number(step);
  const isWrong = first === '' || (first === '*' && last !== undefined) || from > to || width < 1;
  if (isWrong) throw new ExpressionProblem(`${part} does not fit the field ${range.name}`);
  return Array.from({ length: Math.floor((to - from) / width) + 1 }, (_, index) => from + index * width);
}

function numberOf(text: string, range: FieldRange): number {
  const named = range.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + range.from : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= range.from && value <= range.to)) {
    throw new ExpressionProblem(`${text} does not fit the field ${range.name}`);
  }
  return value;
}
