import { BrokerError, type ErrorCode } from '../errors.ts';
import { errorName } from '../platform/store-error.ts';
import type { SessionCredentials } from '../sealing/envelope.ts';
import { holdsSecret } from './holds-secret.ts';
import { type SessionOfRun, sessionRevoked } from './session-revoked.ts';

/** What the ledger keeps of a job's run. */
export type RunReport = CompletedReport | FailedReport;

/** `summary` is the JSON text of what the job returned, or of a note that says why that was left out. */
export type CompletedReport = { readonly outcome: 'completed'; readonly summary: string };

export type FailedReport = {
  readonly outcome: 'failed';
  readonly code: ErrorCode;
  readonly name: string;
  readonly message: string;
};

const SUMMARY_LIMIT_BYTES = 4_096;
const MESSAGE_LIMIT = 300;

/**
 * The report of a run that ended without an error. When its summary cannot be kept, a note takes its place, and the run
 * is completed all the same: the work is done.
 */
export function completedReport(summary: unknown, credentials: SessionCredentials): CompletedReport {
  return { outcome: 'completed', summary: summaryText(summary, credentials) };
}

/**
 * The report of a run that ended with an error, in a closed shape. The text of an error is kept only when it is the
 * broker's own: any other may hold whatever the job worked with, and an SDK error the whole response.
 */
export function failedReport(
  error: unknown,
  credentials: SessionCredentials | undefined,
  session: SessionOfRun,
): FailedReport {
  const code = codeOf(error, session);
  const name = errorName(error);
  const message = messageOf(error).slice(0, MESSAGE_LIMIT);
  const leaks = credentials !== undefined && [name, message].some((text) => holdsSecret(text, credentials));
  return leaks
    ? { outcome: 'failed', code, name: 'Error', message: 'the error held credentials and was not kept' }
    : { outcome: 'failed', code, name, message };
}

/** That the customer ended our session explains more than the error the job made of it. */
function codeOf(error: unknown, session: SessionOfRun): ErrorCode {
  if (sessionRevoked(error, session)) return 'job.sessionRevoked';
  return error instanceof BrokerError ? error.code : 'job.failed';
}

function summaryText(summary: unknown, credentials: SessionCredentials): string {
  const text = jsonText(summary);
  if (text === undefined) return note('the summary is not JSON');
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > SUMMARY_LIMIT_BYTES) return note(`the summary of ${bytes} bytes is over ${SUMMARY_LIMIT_BYTES}`);
  const leaks = [text, spelledOut(JSON.parse(text))].some((form) => holdsSecret(form, credentials));
  return leaks ? note('the summary held credentials') : text;
}

/**
 * All the text in a value, in order, so that a secret is found even where JSON hides it: a Buffer and a typed array
 * become lists of numbers there, and a text that was split is a list of its parts.
 */
function spelledOut(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return isByte(value) ? String.fromCharCode(value) : '';
  if (value === null || typeof value !== 'object') return '';
  return Object.values(value).map(spelledOut).join('');
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

function jsonText(summary: unknown): string | undefined {
  try {
    return JSON.stringify(summary ?? null);
  } catch {
    return undefined;
  }
}

function note(why: string): string {
  return JSON.stringify({ summaryNotKept: why });
}

function messageOf(error: unknown): string {
  if (error instanceof BrokerError) return error.message;
  const { status, requestId } = awsAnswer(error);
  if (status !== undefined) return `an AWS call was answered with HTTP ${status}, request ${requestId}`;
  return 'the job ended with an error; its log has where';
}

/** The two facts of an SDK error that help, and that cannot hold a secret. */
function awsAnswer(error: unknown): { readonly status: number | undefined; readonly requestId: string } {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  const fields = new Map<string, unknown>(Object.entries(metadata ?? {}));
  const status = fields.get('httpStatusCode');
  const requestId = fields.get('requestId');
  return {
    status: typeof status === 'number' ? status : undefined,
    requestId: typeof requestId === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(requestId) ? requestId : 'unknown',
  };
}
