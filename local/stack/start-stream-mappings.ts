import type { StackClock } from '../clock.ts';
import type { ChangeStream } from '../dynamodb/change-stream.ts';
import type { EventSourceMapping } from '../lambda/event-source-mapping.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import { streamFailureRecord } from '../lambda/stream-failure-record.ts';
import { type DiscardedBatch, type StreamMappingDeps, startStreamMapping } from '../lambda/stream-mapping.ts';
import type { Service } from '../service.ts';
import type { FunctionWiring, StreamMappingWiring, Wiring } from '../template/wiring.ts';
import type { FaultGate } from './faults.ts';
import { type MappedFunctionDeps, mappedFunction } from './mapped-function.ts';
import { sendFailure } from './send-failure.ts';

export type StreamMappingsDeps = MappedFunctionDeps & {
  readonly wiring: Wiring;
  readonly sqs: Service;
  readonly streams: readonly ChangeStream[];
  readonly pool: FunctionPool;
  readonly clock: StackClock;
  readonly faults: Pick<FaultGate, 'pass'>;
};

/** Short enough to wait for, and long enough that the changes of one request arrive together. */
const POLL_AFTER_MS = 25;

/** Starts the template's enabled stream mappings; a role that may not read its stream stops the whole start. */
export function startStreamMappings(deps: StreamMappingsDeps): readonly EventSourceMapping[] {
  return deps.wiring.streamMappings.filter(({ enabled }) => enabled).map((mapping) => startMapping(deps, mapping));
}

function startMapping(deps: StreamMappingsDeps, mapping: StreamMappingWiring): EventSourceMapping {
  const stream = deps.streams.find(({ arn }) => arn === mapping.streamArn);
  if (stream === undefined) throw new Error(`mapping ${mapping.logicalId}: no stream ${mapping.streamArn}`);
  const { wiring, lambda, assertAllowed, logFailure } = mappedFunction(deps, mapping, stream.arn);
  const invoke: StreamMappingDeps['invoke'] = (event) =>
    deps.faults.pass({ service: 'lambda', action: 'InvokeWithStreamBatch', call: lambda.callWith(event) }, () =>
      deps.pool.invoke(wiring.name, JSON.stringify(event)),
    );
  async function discard(batch: DiscardedBatch): Promise<void> {
    if (mapping.onFailureArn === undefined)
      return logFailure(`${batch.records.length} records dropped: ${batch.reason}`);
    const record = recordOf(deps, { batch, wiring, streamArn: mapping.streamArn });
    await sendFailure(deps, { of: wiring, queueArn: mapping.onFailureArn, record });
  }
  const { clock } = deps;
  return startStreamMapping({ mapping, stream, clock, beforePoll, invoke, assertAllowed, discard, logFailure });
}

function beforePoll(poll: () => void): void {
  setTimeout(poll, POLL_AFTER_MS).unref();
}

function recordOf(
  { ids, clock }: StreamMappingsDeps,
  given: { readonly batch: DiscardedBatch; readonly wiring: FunctionWiring; readonly streamArn: string },
): string {
  const { batch, wiring, streamArn } = given;
  return streamFailureRecord({
    requestId: ids.uuid(),
    functionArn: wiring.arn,
    condition: batch.reason,
    invokeCount: batch.failures,
    atMs: clock.nowMs(),
    records: batch.records,
    streamArn,
    ...(batch.lastOutcome !== undefined && { lastOutcome: batch.lastOutcome }),
  });
}
