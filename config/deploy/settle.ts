import type { CloudFormation, Stack, StackEvent } from './cloudformation.ts';

export type Watching = {
  readonly cloudFormation: Pick<CloudFormation, 'eventsSince'>;
  readonly log: (line: string) => void;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly nowMs: () => number;
};

export type Settled = {
  /** The stack's last status, in CloudFormation's words. */
  readonly status: string;
  /** Why resources failed, the first failure first. */
  readonly problems: readonly string[];
  /** The failed resources by logical id, without those that succeeded when they were tried again. */
  readonly failed: ReadonlyMap<string, StackEvent>;
};

const POLL_MS = 3_000;
/** A step that lasts is logged once a minute, so that nobody takes it for a standstill. */
const STILL_MS = 60_000;

/**
 * Waits until a stack has finished its operation, and logs each resource when it is done, with the seconds since the
 * beginning. `after` is the last event before the operation began: the end is a later event of the stack itself. The
 * stack's status is not read, because for a moment it may still be the earlier one, and would be taken for the end.
 */
export async function settle(
  { stackId }: Pick<Stack, 'stackId'>,
  after: string | undefined,
  { cloudFormation, log, sleep, nowMs }: Watching,
): Promise<Settled> {
  const progress = makeProgress(log, nowMs);
  let last = after;
  for (;;) {
    const events = await cloudFormation.eventsSince(stackId, last).catch((cause: unknown) => {
      throw brokenOff(cause);
    });
    last = events.at(-1)?.eventId ?? last;
    for (const event of events) progress.take(event);
    const end = events.findLast((event) => isOfStack(event) && !event.status.endsWith('_IN_PROGRESS'));
    if (end !== undefined) return { status: end.status, problems: progress.problems, failed: progress.failed };
    progress.remind();
    await sleep(POLL_MS);
  }
}

/** Credentials expire and networks fail in the middle of a wait; the operation goes on without the watcher. */
function brokenOff(cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  const what = 'CloudFormation goes on by itself; the same command, given again, says what became of it';
  return new Error(`The watching broke off: ${why}\n  ${what}.`, { cause });
}

function makeProgress(log: Watching['log'], nowMs: Watching['nowMs']) {
  const startedMs = nowMs();
  const problems: string[] = [];
  const failed = new Map<string, StackEvent>();
  let [saidMs, done] = [startedMs, 0];
  const say = (line: string) => {
    saidMs = nowMs();
    log(`${`${Math.round((saidMs - startedMs) / 1_000)} s`.padStart(7)}  ${line}`);
  };
  return {
    problems,
    failed,
    take(event: StackEvent) {
      if (isFailure(event)) failed.set(event.logicalId, event);
      else if (isEnd(event) && !event.status.endsWith('_FAILED')) failed.delete(event.logicalId);
      if (isFailure(event) || (problems.length === 0 && isGivenUp(event))) {
        problems.push(`${event.logicalId}: ${event.reason ?? event.status}`);
      }
      if (!isEnd(event)) return;
      done += 1;
      say(`${event.status.padEnd(15)}  ${event.logicalId}${reasonOf(event)}`);
    },
    remind() {
      if (nowMs() - saidMs >= STILL_MS) say(`still at work, ${done} resources so far`);
    },
  };
}

function isFailure({ status, type, reason }: StackEvent): boolean {
  if (isOfStack({ type }) || !status.endsWith('_FAILED')) return false;
  // A resource that was stopped because another one failed is not the cause.
  return !/^Resource (?:creation|update) cancelled/.test(reason ?? '');
}

/** Only the stack's own event tells of a watched alarm or of somebody who cancelled: no resource failed. */
function isGivenUp({ status, type, reason }: StackEvent): boolean {
  return isOfStack({ type }) && /ROLLBACK_IN_PROGRESS$/.test(status) && reason !== undefined;
}

function isEnd({ status, type }: StackEvent): boolean {
  return !isOfStack({ type }) && /_(?:COMPLETE|FAILED|SKIPPED)$/.test(status);
}

function reasonOf({ status, reason }: StackEvent): string {
  return status.endsWith('_FAILED') && reason !== undefined ? `: ${reason}` : '';
}

/** Our stacks contain no nested stacks. */
function isOfStack({ type }: Pick<StackEvent, 'type'>): boolean {
  return type === 'AWS::CloudFormation::Stack';
}
