import type { JobRequest, RequestClient } from '../client/request-client.ts';
import { type Accepted, type Decided, isSettled } from '../on-demand/on-demand-answer.ts';
import { pause, type Session } from './session.ts';
import { makeProgress } from './terminal/progress.ts';

/** The longest that one call may wait, and the longest that a person waits. */
const CALL_SECONDS = 25;
const LONGEST_WAIT_MS = 10 * 60_000;
/** If a call ends early without an outcome, the next call follows after this pause. */
const PAUSE_MS = 1_000;

type Asking = {
  readonly client: RequestClient;
  readonly session: Session;
  readonly wait: boolean;
};

/**
 * Requests the job once, or repeats the same request, by its idempotency key, until every account has its outcome.
 * Throws `ApiError` when the request is refused.
 */
export async function askForJob(
  request: JobRequest & { readonly idempotencyKey: string },
  { client, session, wait }: Asking,
): Promise<Accepted | Decided> {
  if (!wait) return client.requestJob(request);
  const untilMs = session.clock.nowMs() + LONGEST_WAIT_MS;
  const progress = makeProgress(session);
  try {
    for (;;) {
      const answer = await client.requestJob(request, { waitSeconds: CALL_SECONDS });
      if (isOver(answer) || session.clock.nowMs() >= untilMs) return answer;
      progress.show(progressLine(answer));
      await pause(session, PAUSE_MS);
    }
  } finally {
    progress.end();
  }
}

function isOver(answer: Accepted | Decided): boolean {
  return 'decision' in answer && answer.issuances.every(isSettled);
}

function progressLine(answer: Accepted | Decided): string {
  if (!('decision' in answer)) return `${answer.requestId}: on its way`;
  const done = answer.issuances.filter(isSettled).length;
  return `${answer.requestId}: ${done} of ${answer.issuances.length} accounts done`;
}
