import type { IssuanceStory } from '../../audit/questions/audit-api.ts';
import { paint } from '../terminal/table.ts';
import { instantOf, timeLeft } from '../terminal/time-words.ts';
import { attemptFacts, attemptLines } from './attempt-lines.ts';
import { type Drawing, type Fact, factLines } from './fact-lines.ts';
import { toneOf } from './record-table.ts';
import { timelineLines, withoutTold } from './timeline.ts';
import { wrapText } from './wrap-text.ts';

/** The story of one issuance for a person, from who asked to what is still unknown. */
export function renderStory(story: IssuanceStory, drawing: Drawing, nowMs: number): string {
  const head = headFacts(story);
  const attempts = story.attempts.flatMap((attempt) => attemptFacts(attempt, nowMs));
  const told = [...[...head, ...attempts].map(([, value]) => value), story.sessionPolicy?.sha256].join('\n');
  const steps = story.steps.map((step) => withoutTold(step, told));
  const parts: readonly (readonly string[])[] = [
    factLines(head, drawing),
    steps.length === 0 ? [] : ['TIMELINE', ...timelineLines(steps, drawing)],
    ...story.attempts.map((attempt) => attemptLines(attempt, { drawing, nowMs })),
    policyLines(story, drawing),
    unknownLines(story, { drawing, nowMs }),
    trailLines(story, drawing),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headFacts({ issuance, request, decision }: IssuanceStory): readonly Fact[] {
  const { report, claim, delivery, state, isLive } = issuance;
  return [
    ['Issuance', issuance.issuanceId],
    ['State', isLive ? `${state}, live: a session of it may be used just now` : state, toneOf(state)],
    ['Tenant', issuance.tenantId],
    ['Account', issuance.accountId],
    ['Role', issuance.roleArn],
    ['Job', issuance.job],
    ['Asked by', askedBy(issuance.requester, request)],
    ['Asked for', request?.reason],
    ['Input', request?.input],
    ['Request', request === undefined ? `${issuance.requestId} (its record was not found)` : issuance.requestId],
    ['Rerun of', request?.rerunOf],
    ['Delivered', delivery === 'caller' ? 'to whoever asked' : undefined],
    ['Recorded', instantOf(issuance.recordedAtMs)],
    ['Decision', `${decision.decided} by ${decision.rule}`, toneOf(decision.decided)],
    ['', decision.explanation],
    ['Claimed', claim === undefined ? undefined : `${instantOf(claim.atMs)} by ${claim.by}, attempt ${claim.attempt}`],
    ['Reported', report === undefined ? undefined : reportText(report), report && toneOf(report.outcome)],
  ];
}

function askedBy(requester: string, request: IssuanceStory['request']): string {
  if (request === undefined) return requester;
  const { origin, caller } = request;
  const signed = caller === undefined ? '' : `, signed by ${caller}`;
  switch (origin.kind) {
    case 'event':
      return `${requester}: event ${origin.eventId} of ${origin.source} from account ${origin.account}${signed}`;
    case 'functionUrl':
      return `${requester}: ${origin.principalArn} at the function URL${signed}`;
    case 'invoke':
      return `${requester}: an invocation of the alias ${origin.alias}${signed}`;
    default:
      return `${requester}: message ${origin.eventId} of the queue${signed}`;
  }
}

function reportText(report: NonNullable<IssuanceStory['issuance']['report']>): string {
  const what = [report.code, report.name, report.message, report.summary].filter((part) => part !== undefined);
  return `${instantOf(report.atMs)} ${report.outcome}${what.length === 0 ? '' : `: ${what.join(' ')}`}`;
}

function policyLines({ sessionPolicy }: IssuanceStory, drawing: Drawing): readonly string[] {
  if (sessionPolicy === undefined) return [];
  const { certainty, sha256, statements } = sessionPolicy;
  const sure =
    certainty === 'exact'
      ? `exactly this: it has the hash that was recorded${sha256 === undefined ? '' : `, ${sha256}`}`
      : 'in this shape: made of today’s settings, so that details may differ';
  const written = statements.flatMap(({ effect, actions, resources, conditions }, index): readonly Fact[] => [
    [`${index + 1}. ${effect}`, actions.join(', '), effect === 'Deny' ? 'bad' : 'good'],
    ['   on', resources.join(', ')],
    ['   if', conditions],
  ]);
  const certain = wrapText(sure, drawing.columns - 2).map((line) => `  ${line}`);
  return ['ALLOWED BY THE SESSION POLICY', ...certain, ...factLines(written, drawing, 2)];
}

type Told = { readonly drawing: Drawing; readonly nowMs: number };

function unknownLines({ unknowns }: IssuanceStory, { drawing, nowMs }: Told): readonly string[] {
  if (unknowns.length === 0) return ['NOT KNOWN', '  Nothing is left open.'];
  const { glyphs, columns, colour } = drawing;
  const points = unknowns.flatMap(({ what, untilMs }) => {
    const [first = '', ...rest] = wrapText(`${what} ${untilText(untilMs, nowMs)}`, columns - 4);
    return [`  ${glyphs.point} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  return ['NOT KNOWN', ...points.map((line) => paint(line, 'waiting', colour))];
}

function untilText(untilMs: number | undefined, nowMs: number): string {
  if (untilMs === undefined) return '(it will not become known from here)';
  const at = instantOf(untilMs);
  return untilMs > nowMs
    ? `(it may become known until ${at}, ${timeLeft(untilMs - nowMs)} from now)`
    : `(it could have become known until ${at})`;
}

function trailLines({ trail, trailHolds }: IssuanceStory, { columns, colour }: Drawing): readonly string[] {
  const count = trail.length === 1 ? '1 entry' : `${trail.length} entries`;
  const text = trailHolds
    ? `${count}, each bound to the one before by its hash.`
    : `IT DOES NOT HOLD: the ${count} do not follow from each other. Somebody changed the record; tell security.`;
  return [
    'TRAIL',
    ...wrapText(text, columns - 2).map((line) => `  ${paint(line, trailHolds ? 'good' : 'bad', colour)}`),
  ];
}
