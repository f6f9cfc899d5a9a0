import type { ObservationRecord } from './observation-record.ts';

/** Where observations are recorded. Errors are `store.*`. */
export type ObservationLedger = {
  /** Consistent. */
  read(recordId: string): Promise<ObservationRecord | undefined>;
  /**
   * Writes the record whole, with a version one above that of `before`. False: the stored record is no longer `before`.
   * A lost answer may also give false.
   */
  write(before: ObservationRecord | undefined, after: ObservationRecord): Promise<boolean>;
  /** The ids of the records that are due, oldest first. The index may lag behind. */
  due(options: { readonly nowMs: number; readonly limit: number }): Promise<readonly string[]>;
};
