import type { StoryStep } from '../../audit/questions/audit-api.ts';
import { widthOf } from '../terminal/printable.ts';
import { paint, type Tone } from '../terminal/table.ts';
import { instantOf, timeLeft } from '../terminal/time-words.ts';
import type { Drawing } from './fact-lines.ts';
import { wrapText } from './wrap-text.ts';

const SOURCE_WIDTH = 'cloudtrail'.length;
/** The columns of the time, the line and the source, with the spaces between them. */
const MARGIN = '00:00:00.000'.length + 1 + 1 + 1 + SOURCE_WIDTH + 1;
const BLANK_TIME = ' '.repeat('00:00:00.000'.length);
/** A text this short is a word, which may mean something else elsewhere. */
const SHORT = 16;
/** A pause of this length is mentioned, because the drawing has no scale. */
const PAUSE_MS = 60_000;

/** Shows the events from top to bottom, each with its time, its source, what happened, and its facts. */
export function timelineLines(story: readonly StoryStep[], drawing: Drawing): readonly string[] {
  const steps = story.toSorted((one, other) => orderOf(one) - orderOf(other));
  return steps.flatMap((step, index) => {
    const before = steps[index - 1];
    const isLast = index === steps.length - 1;
    return [...dayLines(step, before), ...pauseLines(step, before, drawing), ...stepLines(step, { drawing, isLast })];
  });
}

/** Leaves out ids and ARNs that are shown above or below, because they would hide what happened. */
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

/** Puts as many facts on a line as fit; a fact that does not fit gets lines of its own. */
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

/** Times in milliseconds are recognised by the unit in their name. */
function factText(name: string, value: string | number | boolean): string {
  if (typeof value === 'number' && /[a-z]Ms$/.test(name)) {
    return `${wordsOf(name.replace(/(At)?Ms$/, ''))}: ${instantOf(value)}`;
  }
  if (typeof value === 'boolean') return `${wordsOf(name)}: ${value ? 'yes' : 'no'}`;
  return `${wordsOf(name)}: ${value}`;
}

/** Writes a name such as `accessKeyId` as `access key id`. */
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

/** CloudTrail rounds times down to whole seconds, so what it saw is placed after everything else in that second. */
function orderOf({ atMs, source }: StoryStep): number {
  return source === 'cloudtrail' ? atMs + 999 : atMs;
}

function timeOf(atMs: number, source: StoryStep['source']): string {
  const end = source === 'cloudtrail' ? -5 : -1;
  return new Date(atMs).toISOString().slice(11, end).padEnd(BLANK_TIME.length);
}
