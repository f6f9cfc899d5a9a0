import type { JobPayload } from '../../lib/job-runtime/job-payload.ts';

/** What the two processes of a load say to each other. The outside asks for work, the functions call services. */
export type Order =
  | {
      readonly what: 'handle';
      readonly messages: readonly { readonly id: string; readonly body: string; readonly receiveCount: number }[];
      /** Do its calls meet faults? */
      readonly faults: boolean;
    }
  | { readonly what: 'sweep' }
  | { readonly what: 'run'; readonly payload: JobPayload; readonly faults: boolean }
  /** What the process used so far; a collection of garbage first, when its memory is asked for. */
  | { readonly what: 'measure'; readonly memory: boolean };

export type Told = {
  handle: { readonly again: readonly string[]; readonly faults: number };
  sweep: { readonly looked: number };
  run: { readonly end: 'done' | 'threw'; readonly opened: string | undefined; readonly crossed: boolean };
  measure: {
    readonly cpuMs: number;
    readonly heapBytes: number;
    readonly faults: number;
    readonly storeErrors: number;
  };
};

export type ToFunctions =
  | { readonly type: 'order'; readonly id: number; readonly nowMs: number; readonly order: Order }
  | { readonly type: 'answered'; readonly id: number };

/** SQS and Lambda outlive whoever calls them: they are outside. */
export type ServiceCall =
  | { readonly service: 'send'; readonly body: string }
  | { readonly service: 'deadLetter'; readonly body: string }
  | { readonly service: 'backOff'; readonly messageId: string; readonly seconds: number }
  | { readonly service: 'invoke'; readonly payload: JobPayload };

export type FromFunctions =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly id: number; readonly nowMs: number; readonly told: Told[keyof Told] }
  | { readonly type: 'failed'; readonly id: number; readonly nowMs: number; readonly error: string }
  | { readonly type: 'call'; readonly id: number; readonly call: ServiceCall };
