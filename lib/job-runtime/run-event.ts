import type { JobPayload } from './job-payload.ts';

/**
 * What the log and the metrics are told of a run: closed shapes of identifiers, codes and names, no data of the
 * tenant.
 */
export type RunEvent =
  | { readonly event: 'claim.refused'; readonly because: 'switchedOff' | 'conditionFailed' }
  /** It failed before the claim: Lambda tries the invocation again. */
  | { readonly event: 'run.notStarted'; readonly code: string }
  | { readonly event: 'run.completed' }
  /** `frames`: where the error was thrown, without its text. */
  | {
      readonly event: 'run.failed';
      readonly code: string;
      readonly name: string;
      readonly frames: readonly string[];
    }
  /** The run ended and its report was not written. A retry that finds its own earlier write looks the same. */
  | { readonly event: 'report.notWritten'; readonly because: string };

/** Which run it is, named as in the broker's own log lines, so that both are found together. */
export type RunIdentity = Pick<JobPayload, 'issuanceId' | 'attempt' | 'tenantId' | 'accountId' | 'job'>;

export type ObserveRun = (event: RunEvent, run: RunIdentity | undefined) => void;

const FRAME = /^ {4}at (?:[\w$.<> ]{1,120} \()?[\w$./:@+-]{1,300}:\d{1,7}:\d{1,7}\)?$/;

/** The lines of an error's stack that name a place in code. The error's text, which may hold anything, is left out. */
export function stackFrames(error: unknown): readonly string[] {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return [];
  const own = error.stack.indexOf(error.message);
  const afterText = own === -1 ? error.stack : error.stack.slice(own + error.message.length);
  return afterText
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, 10)
    .map((line) => line.trim());
}
