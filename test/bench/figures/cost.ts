import type { Counted } from './counted.ts';
import { prices } from './prices.ts';
import type { OutcomeRun } from './run-outcome.ts';

/** US dollars for a million issuances, by what they are paid for. */
export type Cost = {
  readonly dynamoDb: number;
  readonly kms: number;
  readonly lambda: number;
  readonly queueAndBus: number;
  readonly archive: number;
  readonly logs: number;
  readonly total: number;
  /** The same where the archive's batches are full, as in a busy deployment: a put and an invocation for 100 changes. */
  readonly totalBusy: number;
};

/** As `serverless.yml` sets it. */
const BROKER_GIGABYTES = 0.5;
/** Changes of the ledger that the archive takes at once, as `serverless.yml` sets it. */
const ARCHIVE_BATCH = 100;
const GIGABYTE = 1_000_000_000;

/**
 * What a million issuances of one kind cost, the audit of them with it, at `prices`. Of durations only the broker's own
 * are priced, by a latency model: how long a job works is the job's own, and the audit's functions work on batches.
 */
export function costOf({ pipeline, audit }: OutcomeRun, brokerMs: number): Cost {
  const { perMillion, perLambdaGbSecond, perLogGigabyte } = prices;
  const both = (name: keyof Counted) => pipeline[name] + audit[name];
  const gbSeconds = pipeline.brokerInvocations * BROKER_GIGABYTES * (brokerMs / 1_000);
  const parts = {
    dynamoDb: both('readUnits') * perMillion.dynamoReadUnits + both('writeUnits') * perMillion.dynamoWriteUnits,
    kms: both('kmsCalls') * perMillion.kmsRequests,
    lambda: both('lambdaInvocations') * perMillion.lambdaRequests + gbSeconds * perLambdaGbSecond * 1_000_000,
    queueAndBus:
      both('sqsRequests') * perMillion.sqsRequests + both('eventBridgeEvents') * perMillion.eventBridgeEvents,
    archive: both('s3Puts') * perMillion.s3Puts,
    logs: (both('logBytes') * 1_000_000 * perLogGigabyte) / GIGABYTE,
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const shared = audit.s3Puts - audit.streamRecords / ARCHIVE_BATCH;
  return { ...parts, total, totalBusy: total - shared * (perMillion.s3Puts + perMillion.lambdaRequests) };
}
