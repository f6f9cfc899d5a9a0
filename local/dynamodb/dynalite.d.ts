/** The part of dynalite, which ships no types, that the adapter uses. */
declare module 'dynalite' {
  import type { EventEmitter } from 'node:events';

  type DynaliteOptions = {
    /** How long a table stays in CREATING, UPDATING and DELETING, in milliseconds. */
    readonly createTableMs: number;
    readonly updateTableMs: number;
    readonly deleteTableMs: number;
  };
  /** An `http.Server` that need not listen: it answers to its `request` event alone. */
  const dynalite: (options: DynaliteOptions) => EventEmitter;
  export = dynalite;
}
