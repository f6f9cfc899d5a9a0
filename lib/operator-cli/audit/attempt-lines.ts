import type { AttemptStory } from '../../audit/questions/audit-api.ts';
import { instantOf, timeLeft } from '../terminal/time-words.ts';
import { type Drawing, type Fact, factLines } from './fact-lines.ts';
import { toneOf } from './record-table.ts';

type Told = { readonly drawing: Drawing; readonly nowMs: number };

/** Shows one attempt to get a session: what was announced, what STS answered, and what CloudTrail says about it. */
export function attemptLines(story: AttemptStory, { drawing, nowMs }: Told): readonly string[] {
  return [`ATTEMPT ${story.attempt.attempt}`, ...factLines(attemptFacts(story, nowMs), drawing, 2)];
}

export function attemptFacts({ attempt, verdict, observed }: AttemptStory, nowMs: number): readonly Fact[] {
  const { issuedAtMs, expiresAtMs, fenceMs } = attempt;
  return [
    [
      'Outcome',
      attempt.code === undefined ? attempt.outcome : `${attempt.outcome}: ${attempt.code}`,
      toneOf(attempt.outcome),
    ],
    ['Session name', attempt.sessionName],
    ['Announced', instantOf(attempt.intendedAtMs)],
    ['Calls', String(attempt.calls)],
    ['Issued', issuedAtMs === undefined ? undefined : instantOf(issuedAtMs)],
    ['Access key', attempt.accessKeyId],
    ['Principal', attempt.assumedRoleId],
    ['STS request', attempt.stsRequestId],
    ['Fence', fenceMs === undefined ? undefined : `${deadlineText(fenceMs, nowMs)}; after it everything is denied`],
    ['Expires', expiresAtMs === undefined ? undefined : deadlineText(expiresAtMs, nowMs)],
    ['CloudTrail', verdict === undefined ? undefined : verdictText[verdict], verdict && toneOf(verdict)],
    ...observed.map(
      (call): Fact => [
        call.verdict === 'stray' ? 'STRAY' : 'Seen',
        observedText(call),
        call.verdict === 'stray' ? 'bad' : 'plain',
      ],
    ),
  ];
}

function deadlineText(atMs: number, nowMs: number): string {
  return atMs > nowMs ? `${instantOf(atMs)}, ${timeLeft(atMs - nowMs)} from now` : instantOf(atMs);
}

const verdictText: Readonly<Record<NonNullable<AttemptStory['verdict']>, string>> = {
  matched: 'matched: it shows the session that we were given',
  late: 'late: it shows the session that we were given, and took over an hour',
  explained: 'explained: it shows the session whose answer was lost; nobody holds it',
  awaited: 'awaited: it has not shown the session yet',
  missing: 'missing: it has not shown the session within an hour',
};

function observedText(call: AttemptStory['observed'][number]): string {
  const from = call.sourceIpAddress === undefined ? '' : ` from ${call.sourceIpAddress}`;
  const by = call.callerRoleArn === undefined ? '' : ` by ${call.callerRoleArn}`;
  const got = call.errorCode ?? call.accessKeyId ?? 'no key';
  const why = call.why === undefined ? '' : ` (${call.why})`;
  return `${instantOf(call.atMs)} ${got}${from}${by}, event ${call.eventId}${why}`;
}
