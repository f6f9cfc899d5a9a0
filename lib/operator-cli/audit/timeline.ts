import type { StoryStep } from '../../audit/questions/audit-api.ts';
import { widthOf } from '../terminal/printable.ts';
import { paint, type Tone } from '../terminal/table.ts';
import { instantOf, timeLeft } from '../terminal/time-words.ts';
import type { Drawing } from './fact-lines.ts';
import { wrapText } from './wrap-text.ts';

const SOURCE_WIDTH = 'cloudtrail'.length;
/** The time, the line, and who knows it, with the spaces between them. */
const MARGIN = '00:00:00.000'.length + 1 + 1 + 1 + SOURCE_WIDTH + 1;
const BLANK_TIME = ' '.repeat('00:00:00.000'.length);
/** So short a text is a word, and may mean something else elsewhere. */
const SHORT = 16;
/** Nothing happened for so long: said, because the drawing has no scale. */
const PAUSE_MS = 60_000;

/** What happened, from top to bottom: when, who knows it, what, and the facts of it. */
export function timelineLines(story: readonly StoryStep[], drawing: Drawing): readonly string[] {
  const steps = story.toSorted((one, other) => orderOf(one) - orderOf(other));
  return steps.flatMap((step, index) => {
    const before = steps[index - 1];
    const isLast = index === steps.length - 1;
    return [...dayLines(step, before), ...pauseLines(step, before, drawing), ...stepLines(step, { drawing, isLast })];
  });
}

/** An id or an ARN that stands above or below is not written again: what happened would be lost between them. */
export function withoutTold(step: StoryStep, told: string): StoryStep {
  const facts = Object.entries(step.facts).filter(
    ([, value]) => typeof value !== 'string' || value.length < SHORT || !told.includes(value),
  );
  return { ...step, facts: Object.fromEntries(facts) };
}

function dayLines({ atMs }: StoryStep, before: StoryStep | undefined): readonly string[] {
  const day = dayOf(atMs);
  return before !== undefined && dayOf(before.atMs) === day ? [] : [`${day} UTC`];
}

function pauseLines({ atMs }: StoryStep, before: StoryStep | undefined, { glyphs }: Drawing): readonly string[] {
  const pauseMs = before === undefined ? 0 : atMs - before.atMs;
  return pauseMs < PAUSE_MS ? [] : [`${BLANK_TIME} ${glyphs.pause} ${timeLeft(pauseMs)} later`];
}

type Drawn = { readonly drawing: Drawing; readonly isLast: boolean };

function stepLines({ atMs, source, title, facts }: StoryStep, { drawing, isLast }: Drawn): readonly string[] {
  const { glyphs, columns, colour } = drawing;
  const room = Math.max(16, columns - MARGIN);
  const [first = '', ...rest] = wrapText(title, room);
  const event = paint(glyphs.event, toneOfSource[source], colour);
  const head = `${timeOf(atMs, source)} ${event} ${source.padEnd(SOURCE_WIDTH)} ${first}`;
  const below = [...rest, ...wrappedFacts(facts, room)];
  const line = isLast ? ' ' : glyphs.line;
  return [head, ...below.map((text) => `${BLANK_TIME} ${line} ${' '.repeat(SOURCE_WIDTH)} ${text}`)];
}

/** As many in a line as fit; one that does not fit has lines of its own. */
function wrappedFacts(facts: StoryStep['facts'], room: number): readonly string[] {
  const lines: string[] = [];
  let isOpen = false;
  for (const [name, value] of Object.entries(facts)) {
    const own = wrapText(factText(name, value), room);
    const joined = isOpen ? `${lines.at(-1)}; ${own[0]}` : undefined;
    if (joined !== undefined && own.length === 1 && widthOf(joined) <= room) lines[lines.length - 1] = joined;
    else lines.push(...own);
    isOpen = own.length === 1;
  }
  return lines;
}

/** Times are kept in milliseconds under a name that says so. */
function factText(name: string, value: string | number | boolean): string {
  if (typeof value === 'number' && /[a-z]Ms$/.test(name)) {
    return `${wordsOf(name.replace(/(At)?Ms$/, ''))}: ${instantOf(value)}`;
  }
  if (typeof value === 'boolean') return `${wordsOf(name)}: ${value ? 'yes' : 'no'}`;
  return `${wordsOf(name)}: ${value}`;
}

/** `accessKeyId` as `access key id`. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const toneOfSource: Readonly<Record<StoryStep['source'], Tone>> = {
  request: 'plain',
  broker: 'plain',
  sts: 'waiting',
  job: 'good',
  sweeper: 'plain',
  cloudtrail: 'waiting',
};

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** CloudTrail tells time in whole seconds, rounded down: what it saw comes after what else is known of that second. */
function orderOf({ atMs, source }: StoryStep): number {
  return source === 'cloudtrail' ? atMs + 999 : atMs;
}

function timeOf(atMs: number, source: StoryStep['source']): string {
  const end = source === 'cloudtrail' ? -5 : -1;
  return new Date(atMs).toISOString().slice(11, end).padEnd(BLANK_TIME.length);
}
