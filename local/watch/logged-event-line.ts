import { errorCodes, isErrorCode } from '../../lib/errors.ts';
import type { LoggedEvent } from './logged-event.ts';

/** The colour of a line's word, by outcome. */
export type Tone = 'good' | 'no' | 'broken' | 'plain';
export type Paint = (tone: Tone, text: string) => string;

const TONES: ReadonlyMap<string, Tone> = new Map([
  ...['allowed', 'issued', 'completed'].map((word): [string, Tone] => [word, 'good']),
  ...['refused', 'denied', 'revoked', 'expired'].map((word): [string, Tone] => [word, 'no']),
  ...[
    'failed',
    'unknown',
    'undelivered',
    'interrupted',
    'illegible',
    'notSwept',
    'notStarted',
    'notWritten',
    'deadLettered',
    'backOffFailed',
    'stray',
    'deniedStray',
    'missing',
  ].map((word): [string, Tone] => [word, 'broken']),
]);

/** The subject of these events is clear from their second column, or from their id. */
const UNNAMED: ReadonlySet<string> = new Set(['request', 'issuance', 'run']);
/** A denied call has no session, and is identified by its request alone. */
const DENIALS: ReadonlySet<string> = new Set([
  'issuance.denied',
  'denial.matched',
  'denial.explained',
  'session.deniedStray',
]);
const WORD_WIDTH = 15;

/**
 * One line for one event: when it happened (UTC, by the stack's clock), what happened, to whose access, which request
 * or session, and why not. Nothing is shortened, so that every id can be searched for.
 */
export function loggedEventLine(loggedEvent: LoggedEvent, paint: Paint): string {
  const [subject = '', word = ''] = loggedEvent.what.split('.');
  const label = UNNAMED.has(subject) ? inWords(word) : joined([subject, inWords(word)], ' ').trim();
  const columns = [
    loggedEvent.timestamp?.slice(11, 19) ?? '--:--:--',
    paint(TONES.get(word) ?? 'plain', printable(label).padEnd(WORD_WIDTH)),
    ...[loggedEvent.route ?? '', place(loggedEvent), identity(loggedEvent), ...extras(loggedEvent), reason(loggedEvent)]
      .filter((column) => column !== '')
      .map(printable),
  ];
  return columns.join('  ').trimEnd();
}

function place({ tenantId, accountId, job }: LoggedEvent): string {
  return joined([tenantId, accountId, job], ' ');
}

/** An issuance's id with its attempt is the session name that the tenant reads in its CloudTrail. */
function identity({ issuanceId, attempt, requestId, sessionName, messageId }: LoggedEvent): string {
  // An event that CloudTrail shows has the name of its session, and no attempt beside it.
  if (issuanceId !== undefined && attempt === undefined && sessionName !== undefined) return sessionName;
  if (issuanceId !== undefined) return joined([issuanceId, attempt], '.');
  return requestId ?? sessionName ?? messageId ?? '';
}

function extras({ what, accessKeyId, stsRequestId, requester, receiveCount, state }: LoggedEvent): readonly string[] {
  return [
    accessKeyId ?? '',
    what.startsWith('request.') && requester !== undefined ? `by ${requester}` : '',
    DENIALS.has(what) && stsRequestId !== undefined ? `STS request ${stsRequestId}` : '',
    what === 'issuance.settled' && state !== undefined ? `as ${state}` : '',
    receiveCount === undefined ? '' : `received ${receiveCount} ${receiveCount === 1 ? 'time' : 'times'}`,
  ];
}

function reason({ code, explanation, because, name }: LoggedEvent): string {
  const meaning = code !== undefined && isErrorCode(code) ? errorCodes[code].meaning : undefined;
  return joined([code, because, name, explanation ?? meaning], ': ');
}

function joined(parts: readonly (string | number | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined).join(separator);
}

/** `leaseExpired` → `lease expired`. */
function inWords(word: string): string {
  return word.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
}

/** The text of a tenant or a requester must not move the cursor, colour the terminal, start a line or reverse text. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
