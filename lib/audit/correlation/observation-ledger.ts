import type { ObservationRecord } from './observation-record.ts';

/** Where observations are recorded. Errors are `store.*`. */
export type ObservationLedger = {
  /** Consistent. */
  read(recordId: string): Promise<ObservationRecord | undefined>;
  /**
   * Writes the record whole, its version one more than that of `before`. False: it is not `before` any more that stands
   * there. An answer that was lost may be false too.
   */
  write(before: ObservationRecord | undefined, after: ObservationRecord): Promise<boolean>;
  /** Ids of what is due, oldest first. May lag behind. */
  due(options: { readonly nowMs: number; readonly limit: number }): Promise<readonly string[]>;
};
