import type { DeadLetterQueueName, LetterVerdict, Redriven, RedriveOrder } from './dead-letter-api.ts';
import type { DeadLetterDependencies } from './dead-letter-operations.ts';
import { type DeadLetter, releaseAll } from './dead-letter-queue.ts';
import { judgeLetter } from './judge-letter.ts';
import { readLetter } from './read-letter.ts';

/** A fraction of what the broker handles in a second, so that new requests need not wait behind old ones. */
const SENDS_PER_SECOND = 10;
const MOST_AT_ONCE = 100_000;
/** Longer than an invocation, so that the next invocation does not look at the same letters again. */
const HOLD_SECONDS = 120;

type TimedOrder = RedriveOrder & { readonly untilMs: number };
type Progress = { redriven: number; kept: Partial<Record<LetterVerdict, number>>; more: boolean };

/**
 * Sends letters that are safe to redrive to the request queue again, at a limited rate. A letter is deleted only after
 * it was sent: a function that dies between the two leaves the letter to be sent twice, which the id of its request
 * absorbs. The other letters stay in their queue. They become visible at once when all letters were looked at, else
 * after two minutes, so that the next call gets further. Throws `store.*`.
 */
export async function redriveLetters(order: TimedOrder, dependencies: DeadLetterDependencies): Promise<Redriven> {
  const progress: Progress = { redriven: 0, kept: {}, more: false };
  const keeping: DeadLetter[] = [];
  for (const queue of queuesOf(order)) {
    progress.more ||= await redriveQueue(queue, { order, progress, keeping, dependencies });
  }
  if (!progress.more) await releaseAll(keeping, dependencies.queues);
  return progress;
}

/**
 * Lambda's records of failed jobs are never sent anywhere: unless somebody asks for them, they are not even counted.
 */
function queuesOf({ queue, messageIds }: RedriveOrder): readonly DeadLetterQueueName[] {
  if (queue !== undefined) return [queue];
  return messageIds === undefined ? ['requests', 'rule'] : ['requests', 'rule', 'job-failures'];
}

type Redrive = {
  readonly order: TimedOrder;
  readonly progress: Progress;
  readonly keeping: DeadLetter[];
  readonly dependencies: DeadLetterDependencies;
};

/** Returns whether the queue may hold more letters. */
async function redriveQueue(queue: DeadLetterQueueName, redrive: Redrive): Promise<boolean> {
  while (!isOver(redrive)) {
    const letters = await redrive.dependencies.queues.receive(queue, { holdSeconds: HOLD_SECONDS });
    if (letters.length === 0) return false;
    await redriveBatch(letters, redrive);
  }
  return true;
}

async function redriveBatch(letters: readonly DeadLetter[], redrive: Redrive): Promise<void> {
  const { order, keeping, dependencies } = redrive;
  for (const [index, letter] of letters.entries()) {
    // Letters that were received but not looked at are left for the next call.
    if (isOver(redrive)) return releaseAll(letters.slice(index), dependencies.queues);
    if (order.messageIds?.includes(letter.messageId) === false) keeping.push(letter);
    else await redriveOne(letter, redrive);
  }
}

function isOver({ order, progress, dependencies }: Redrive): boolean {
  const { max = MOST_AT_ONCE, untilMs } = order;
  return progress.redriven >= max || dependencies.clock.nowMs() >= untilMs;
}

async function redriveOne(letter: DeadLetter, { progress, keeping, dependencies }: Redrive): Promise<void> {
  const { verdict, safe } = await judgeLetter(readLetter(letter), dependencies);
  if (!safe) {
    progress.kept[verdict] = (progress.kept[verdict] ?? 0) + 1;
    keeping.push(letter);
    return;
  }
  await dependencies.sendToQueue(letter.body);
  progress.redriven += 1;
  await dependencies.queues.delete(letter);
  await dependencies.pause(1_000 / SENDS_PER_SECOND);
}
