import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Clock } from './clock.ts';

/**
 * How long the stages of an issuance take, as metrics in milliseconds: one for each stage, whose samples also say how
 * often it came to it. The stages are a closed set, and nothing is told of whose they were.
 */
export const STAGE_METRICS = {
  /** From the queue's stamp to the first time that a message is worked on. */
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
  /** From the issue to the claim of the job, as the ledger has it. */
  claim: 'ClaimDuration',
  /** From the claim to the report of the job, as the ledger has it. */
  run: 'RunDuration',
} as const;

export type Stage = keyof typeof STAGE_METRICS;

export type StageDurations = {
  /** Keeps a duration until `publish`. What took less than nothing, because a clock was set, took nothing. */
  note(stage: Stage, milliseconds: number): void;
  /** The same work, each call of it noted, whether it succeeds or not. */
  timed<Arguments extends readonly unknown[], Answer>(
    stage: Stage,
    work: (...given: Arguments) => Promise<Answer>,
  ): (...given: Arguments) => Promise<Answer>;
  /** Writes what was kept as one line of the embedded metric format; nothing where nothing was. */
  publish(): void;
};

/** Durations by the given clock; the metrics bear the function's service name, and no other dimension. */
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
