import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../platform/clock.ts';
import type { StageDurations } from '../platform/stage-durations.ts';
import type { TenantReader } from '../tenants/tenant-registry.ts';
import type { Message } from './broker-dependencies.ts';
import type { RunJob } from './run-job.ts';

/** Measures the steps of the pipeline from outside, where they are wired together, so that no step knows of it. */
type Timed = Pick<StageDurations, 'timed'>;

/** The registry, measuring each reading of a tenant. */
export function timedRegistry(registry: TenantReader, { timed }: Timed): TenantReader {
  return { ...registry, readTenant: timed('lookUp', registry.readTenant) };
}

/** The ledger, measuring each write of a request or an issuance. */
export function timedLedger(ledger: Ledger, { timed }: Timed): Ledger {
  return {
    ...ledger,
    recordRequest: timed('record', ledger.recordRequest),
    open: timed('record', ledger.open),
    advance: timed('record', ledger.advance),
  };
}

/**
 * The pipeline, measuring how long a message was on the queue before it was first processed. A later delivery is left
 * out: it waited because of its back-off. All measurements are published when the message is done.
 */
export function timedMessages(
  runJob: RunJob,
  { stages, clock }: { readonly stages: Pick<StageDurations, 'note' | 'publish'>; readonly clock: Clock },
): RunJob {
  return async (message: Message) => {
    const { sentAtMs, receiveCount } = message;
    if (sentAtMs !== undefined && receiveCount === 1) stages.note('queue', clock.nowMs() - sentAtMs);
    try {
      return await runJob(message);
    } finally {
      stages.publish();
    }
  };
}
