import type { CloudFormation, Stack, StackEvent } from './cloudformation.ts';

export type Watching = {
  readonly cloudFormation: Pick<CloudFormation, 'eventsSince'>;
  readonly log: (line: string) => void;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly nowMs: () => number;
};

export type Settled = {
  /** How the stack ended up, as CloudFormation words it. */
  readonly status: string;
  /** Why resources failed, the first of them first. */
  readonly problems: readonly string[];
  /** Those resources by their logical ids, but for what went well when it was tried again. */
  readonly failed: ReadonlyMap<string, StackEvent>;
};

const POLL_MS = 3_000;
/** What is told of once a minute, so that nobody takes a long step for a standstill. */
const STILL_MS = 60_000;

/**
 * Waits until a stack is done with what it is doing, and says of each resource when it is done, with the seconds since
 * the beginning. `after` is the last event before it began: the end is an event of the stack itself that is younger. Its
 * status is not asked, which may still be that of before for a moment, and would be taken for the end.
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

/** Credentials run out and nets go away in the middle; what was begun does not notice. */
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
  // What was stopped because another one failed is not why.
  return !/^Resource (?:creation|update) cancelled/.test(reason ?? '');
}

/** An alarm that was watched, or somebody who cancelled, is told of by the stack alone: no resource failed. */
function isGivenUp({ status, type, reason }: StackEvent): boolean {
  return isOfStack({ type }) && /ROLLBACK_IN_PROGRESS$/.test(status) && reason !== undefined;
}

function isEnd({ status, type }: StackEvent): boolean {
  return !isOfStack({ type }) && /_(?:COMPLETE|FAILED|SKIPPED)$/.test(status);
}

function reasonOf({ status, reason }: StackEvent): string {
  return status.endsWith('_FAILED') && reason !== undefined ? `: ${reason}` : '';
}

/** There are no stacks in ours. */
function isOfStack({ type }: Pick<StackEvent, 'type'>): boolean {
  return type === 'AWS::CloudFormation::Stack';
}
