import type { JobPayload } from './job-payload.ts';

/** What a run tells its log and its metrics: closed shapes of identifiers, codes and names, nothing of the tenant's. */
export type RunEvent =
  | { readonly event: 'claim.refused'; readonly because: 'switchedOff' | 'conditionFailed' }
  /** Before the claim: the invocation is handed back to Lambda, which tries again. */
  | { readonly event: 'run.notStarted'; readonly code: string }
  | { readonly event: 'run.completed' }
  /** `frames`: where the error was thrown, without its text. */
  | {
      readonly event: 'run.failed';
      readonly code: string;
      readonly name: string;
      readonly frames: readonly string[];
    }
  /** The run ended, its report was not taken. A repeated call that found its own write looks the same. */
  | { readonly event: 'report.notWritten'; readonly because: string };

/** Whose run it is: of the job's payload, what the broker's own lines name, so that both are found together. */
export type RunIdentity = Pick<JobPayload, 'issuanceId' | 'attempt' | 'tenantId' | 'accountId' | 'job'>;

export type ObserveRun = (event: RunEvent, run: RunIdentity | undefined) => void;

const FRAME = /^ {4}at (?:[\w$.<> ]{1,120} \()?[\w$./:@+-]{1,300}:\d{1,7}:\d{1,7}\)?$/;

/** The frames of an error's stack: lines that are a place in code. Its text, which may hold anything, is left out. */
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
