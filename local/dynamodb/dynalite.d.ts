/** What the adapter uses of dynalite, which ships no types. */
declare module 'dynalite' {
  import type { EventEmitter } from 'node:events';

  type DynaliteOptions = {
    /** How long a table stays in CREATING, UPDATING and DELETING, in milliseconds. */
    readonly createTableMs: number;
    readonly updateTableMs: number;
    readonly deleteTableMs: number;
  };
  /** An `http.Server` that need not listen: its `request` event is all it answers to. */
  const dynalite: (options: DynaliteOptions) => EventEmitter;
  export = dynalite;
}
