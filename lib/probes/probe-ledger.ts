import type { ProbeRecord } from './probe-record.ts';

/** Where probes are recorded. Throws `store.*`: a probe without a record is not made, and would prove nothing. */
export type ProbeLedger = {
  /** Writes a new record. False: there is another one of this id. */
  open(record: ProbeRecord): Promise<boolean>;
  /**
   * Claims the one call that an open record allows. False when it was claimed before, or by another delivery of the
   * same order; false too when the answer was lost. No call may be made then.
   */
  start(record: ProbeRecord, calledAtMs: number): Promise<boolean>;
  /** Writes the outcome of the call. False when the record has another outcome already. */
  close(record: ProbeRecord): Promise<boolean>;
  /** Consistent. */
  read(probeId: string): Promise<ProbeRecord | undefined>;
};
