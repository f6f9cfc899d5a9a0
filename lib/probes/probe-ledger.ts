import type { ProbeRecord } from './probe-record.ts';

/** Where probes are recorded. Errors are `store.*`: without its record no probe is made, and none proves anything. */
export type ProbeLedger = {
  /** Writes a new record. False: there is another one of this id. */
  open(record: ProbeRecord): Promise<boolean>;
  /**
   * Takes the one call that an open record stands for. False: it was taken before, or by another delivery of the same
   * order. An answer that was lost is false too: then no call is made.
   */
  start(record: ProbeRecord, calledAtMs: number): Promise<boolean>;
  /** Writes what came of the call. False: the record is not open any more, with another outcome than this. */
  close(record: ProbeRecord): Promise<boolean>;
  /** Consistent. */
  read(probeId: string): Promise<ProbeRecord | undefined>;
};
