import type { DeadLetterList, DeadLetterQueueName, DeadLetterView, Redriven, RedriveOrder } from './dead-letter-api.ts';
import { DEAD_LETTER_QUEUES } from './dead-letter-api.ts';
import { type DeadLetter, type DeadLetterQueues, releaseAll } from './dead-letter-queue.ts';
import { type JudgeDependencies, judgeLetter } from './judge-letter.ts';
import { readLetter } from './read-letter.ts';
import { redriveLetters } from './redrive-letters.ts';

export type DeadLetterDependencies = JudgeDependencies & {
  readonly queues: DeadLetterQueues;
  /** Puts a body on the request queue. Throws `store.*`. */
  readonly sendToQueue: (body: string) => Promise<void>;
  /** Waits in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
};

/** What operators can do with dead letters. Throws `store.*`. */
export type DeadLetterOperations = {
  /**
   * Lists at most `limit` letters of each queue. No letter is removed: all are visible again when the answer is given.
   */
  list(asked: ListOrder): Promise<DeadLetterList>;
  /** Undefined when the letter was not found in time, or when somebody else is looking at it. */
  find(messageId: string, time: Time): Promise<DeadLetterView | undefined>;
  redrive(order: RedriveOrder, time: Time): Promise<Redriven>;
};

type Time = { readonly untilMs: number };
type ListOrder = Time & { readonly queue?: DeadLetterQueueName | undefined; readonly limit: number };

/** Short, so that the letters soon become visible again if the function dies. */
const LOOK_SECONDS = 30;

export function makeDeadLetterOperations(dependencies: DeadLetterDependencies): DeadLetterOperations {
  return {
    async list({ queue, limit, untilMs }) {
      const wanted = queue === undefined ? DEAD_LETTER_QUEUES : [queue];
      const queues = await Promise.all(wanted.map((name) => dependencies.queues.count(name)));
      const looks = wanted.map((name) => lookInto(name, { limit, untilMs, dependencies }));
      const letters = (await Promise.all(looks)).flat();
      return { queues, letters: letters.sort((one, other) => one.sentAtMs - other.sentAtMs) };
    },
    async find(messageId, { untilMs }) {
      for (const name of DEAD_LETTER_QUEUES) {
        const isWanted = (letter: DeadLetter) => letter.messageId === messageId;
        const [found] = await lookInto(name, { limit: 1, untilMs, isWanted, dependencies });
        if (found !== undefined) return found;
      }
      return undefined;
    },
    redrive: (order, { untilMs }) => redriveLetters({ ...order, untilMs }, dependencies),
  };
}

type Look = Time & {
  readonly limit: number;
  readonly isWanted?: (letter: DeadLetter) => boolean;
  readonly dependencies: DeadLetterDependencies;
};

/** Receives letters until there are enough, and makes all of them visible again. */
async function lookInto(name: DeadLetterQueueName, look: Look): Promise<readonly DeadLetterView[]> {
  const { limit, untilMs, isWanted = () => true, dependencies } = look;
  const { queues, clock } = dependencies;
  const views = new Map<string, DeadLetterView>();
  const inHand: DeadLetter[] = [];
  try {
    while (views.size < limit && clock.nowMs() < untilMs) {
      const received = await queues.receive(name, { holdSeconds: LOOK_SECONDS });
      if (received.length === 0) break;
      inHand.push(...received);
      for (const letter of received.filter(isWanted).slice(0, limit - views.size)) {
        views.set(letter.messageId, await viewOf(letter, dependencies));
      }
    }
  } finally {
    await releaseAll(inHand, queues);
  }
  return [...views.values()];
}

async function viewOf(letter: DeadLetter, dependencies: JudgeDependencies): Promise<DeadLetterView> {
  const { messageId, queue, received, sentAtMs, firstReceivedAtMs } = letter;
  const reading = readLetter(letter);
  const redrive = await judgeLetter(reading, dependencies);
  return { ...reading.facts, messageId, queue, received, sentAtMs, firstReceivedAtMs, redrive };
}
