import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Clock } from './clock.ts';

/**
 * The durations of the stages of an issuance, as metrics in milliseconds. Each stage has one metric, whose number of
 * samples also says how often the stage ran. The stages are a closed set, and the metrics do not say whose issuances
 * they were.
 */
export const STAGE_METRICS = {
  /** From the queue's time stamp to the first attempt to handle the message. */
  queue: 'QueueDuration',
  /** The consistent read of the tenant. */
  lookUp: 'LookUpDuration',
  /** A write of the ledger. */
  record: 'RecordDuration',
  /** A call of AssumeRole, whatever STS answered. */
  assume: 'AssumeDuration',
  /** The data key of the envelope. */
  dataKey: 'DataKeyDuration',
  /** Handing the envelope over to Lambda. */
  invoke: 'InvokeDuration',
  /** From the issue to the claim by the job, by the times in the ledger. */
  claim: 'ClaimDuration',
  /** From the claim to the report of the job, by the times in the ledger. */
  run: 'RunDuration',
} as const;

export type Stage = keyof typeof STAGE_METRICS;

export type StageDurations = {
  /** Keeps a duration until `publish`. A negative duration, after a clock was set back, counts as zero. */
  note(stage: Stage, milliseconds: number): void;
  /** Wraps the work so that the duration of each call is noted, whether the call succeeds or not. */
  timed<Arguments extends readonly unknown[], Answer>(
    stage: Stage,
    work: (...given: Arguments) => Promise<Answer>,
  ): (...given: Arguments) => Promise<Answer>;
  /**
   * Writes the durations that were kept as one line of the embedded metric format; writes nothing if there are none.
   */
  publish(): void;
};

/** Measures durations with the given clock; the metrics have the function's service name as their only dimension. */
export function makeStageDurations({ clock }: { readonly clock: Clock }): StageDurations {
  const metrics = new Metrics();
  const note = (stage: Stage, milliseconds: number) => {
    metrics.addMetric(STAGE_METRICS[stage], MetricUnit.Milliseconds, Math.max(0, milliseconds));
  };
  return {
    note,
    timed: (stage, work) => {
      return async (...given) => {
        const startedAtMs = clock.nowMs();
        try {
          return await work(...given);
        } finally {
          note(stage, clock.nowMs() - startedAtMs);
        }
      };
    },
    publish() {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
