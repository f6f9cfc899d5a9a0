import type { JobPayload } from '../../lib/job-runtime/job-payload.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { FrozenClock } from '../support/frozen-clock.ts';
import type { ServiceCall } from './between-processes.ts';
import type { Kind, LoadMessage } from './messages-of-load.ts';

const VISIBILITY_MS = 180_000;

export type Queued = {
  readonly id: string;
  readonly kind: Kind | 'own';
  readonly body: string;
  receiveCount: number;
  /** Of those receives, how many broke for a reason that was not the message's own: a fault, a killed process. */
  excused: number;
  visibleAtMs: number;
};
export type Invocation = { readonly payload: JobPayload; readonly atMs: number; tries: number };

export type Outside = {
  readonly queued: ReadonlyMap<string, Queued>;
  readonly deadLetters: readonly string[];
  readonly invocations: Invocation[];
  add(message: Pick<LoadMessage, 'kind' | 'body'>): void;
  receive(limit: number): readonly Queued[];
  settle(message: Queued): void;
  /** What a function asks of SQS and Lambda. */
  serve(call: ServiceCall): void;
  /** Is there anything to work on now? */
  isBusy(): boolean;
  /** The next invocation that is to be tried. */
  nextInvocation(): Invocation | undefined;
  /** How often the messages of a kind that are done were received for reasons of their own: how many, how often. */
  readonly received: ReadonlyMap<Kind | 'own', ReadonlyMap<number, number>>;
};

/** SQS and Lambda's queue of asynchronous invocations: what does not die with a function's process. */
export function outside(clock: FrozenClock): Outside {
  const queued = new Map<string, Queued>();
  const deadLetters: string[] = [];
  const invocations: Invocation[] = [];
  const received = new Map<Kind | 'own', Map<number, number>>();
  let count = 0;

  function put(kind: Queued['kind'], body: string): void {
    count += 1;
    const id = `message-${count}`;
    queued.set(id, { id, kind, body, receiveCount: 0, excused: 0, visibleAtMs: clock.nowMs() });
  }

  return {
    queued,
    deadLetters,
    invocations,
    received,
    add: ({ kind, body }) => put(kind, body),
    receive(limit) {
      const visible: Queued[] = [];
      for (const message of queued.values()) {
        if (message.visibleAtMs > clock.nowMs()) continue;
        message.receiveCount += 1;
        message.visibleAtMs = clock.nowMs() + VISIBILITY_MS;
        if (visible.push(message) === limit) break;
      }
      return visible;
    },
    isBusy: () =>
      invocations.length > 0 || [...queued.values()].some(({ visibleAtMs }) => visibleAtMs <= clock.nowMs()),
    settle(message) {
      queued.delete(message.id);
      const own = message.receiveCount - message.excused;
      const counts = received.get(message.kind) ?? new Map<number, number>();
      received.set(message.kind, counts.set(own, (counts.get(own) ?? 0) + 1));
    },
    serve(call) {
      if (call.service === 'send') put('own', call.body);
      if (call.service === 'deadLetter') deadLetters.push(call.body);
      if (call.service === 'invoke') invocations.push({ payload: call.payload, atMs: clock.nowMs(), tries: 0 });
      const message = call.service === 'backOff' ? queued.get(call.messageId) : undefined;
      if (call.service === 'backOff' && message) message.visibleAtMs = clock.nowMs() + call.seconds * 1_000;
    },
    nextInvocation() {
      for (let next = invocations.shift(); next !== undefined; next = invocations.shift()) {
        const oldestMs = (jobCatalogue.get(next.payload.job)?.maximumEventAgeSeconds ?? 0) * 1_000;
        if (clock.nowMs() - next.atMs <= oldestMs) return next;
      }
      return undefined;
    },
  };
}
