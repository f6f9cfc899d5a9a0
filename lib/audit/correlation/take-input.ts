import * as v from 'valibot';
import { BrokerError } from '../../errors.ts';
import { errorName } from '../../platform/store-error.ts';
import { type AssumeRoleEvent, readAssumeRole } from '../cloudtrail-event.ts';
import type { ObservationsQueue } from './observations-queue.ts';
import { readQueued } from './observations-queue.ts';
import { type CorrelationDependencies, observeCall } from './observe-call.ts';

export type InputDependencies = CorrelationDependencies & { readonly queue: ObservationsQueue };
export type BatchAnswer = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

const fromEventBridge = v.object({ 'detail-type': v.literal('AWS API Call via CloudTrail'), detail: v.unknown() });
const fromQueue = v.object({ Records: v.array(v.object({ messageId: v.string(), body: v.string() })) });
const tick = v.object({ kind: v.literal('tick') });

/** What the function was invoked with. Any other input is not looked at. */
export type CorrelationInput =
  | { readonly kind: 'record'; readonly record: unknown }
  | { readonly kind: 'batch'; readonly messages: v.InferOutput<typeof fromQueue>['Records'] }
  | { readonly kind: 'tick' }
  | { readonly kind: 'unknown' };

export function readInput(event: unknown): CorrelationInput {
  if (v.is(tick, event)) return { kind: 'tick' };
  const queued = v.safeParse(fromQueue, event);
  if (queued.success) return { kind: 'batch', messages: queued.output.Records };
  const delivered = v.safeParse(fromEventBridge, event);
  return delivered.success ? { kind: 'record', record: delivered.output.detail } : { kind: 'unknown' };
}

/**
 * Takes a CloudTrail record. The record holds a session token: whatever `readAssumeRole` does not name is dropped
 * before anything else is done, and no failure passes the record on. Throws only where the event can wait nowhere.
 */
export async function takeRecord(record: unknown, input: InputDependencies): Promise<void> {
  const reading = readAssumeRole(record);
  if (reading.kind === 'other') return;
  if (reading.kind === 'malformed') {
    input.log.transition({ transition: 'cloudtrail.malformed', explanation: reading.problem });
    return;
  }
  try {
    await observeCall(reading.event, input);
  } catch (error) {
    tellDelay(reading.event, error, input);
    await input.queue.send(reading.event);
  }
}

/**
 * Takes events that waited. Each event that cannot be recorded yet goes back to the queue and does not hold up the
 * others.
 */
export async function takeBatch(
  messages: readonly { readonly messageId: string; readonly body: string }[],
  input: InputDependencies,
): Promise<BatchAnswer> {
  const failures: string[] = [];
  for (const { messageId, body } of messages) {
    const event = readQueued(body);
    try {
      if (event === undefined) throw new BrokerError('store.itemInvalid', 'a message is no event of ours');
      await observeCall(event, input);
    } catch (error) {
      tellDelay(event, error, input);
      failures.push(messageId);
    }
  }
  return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
}

function tellDelay(event: AssumeRoleEvent | undefined, error: unknown, { log }: InputDependencies): void {
  const known = error instanceof BrokerError;
  log.transition({
    transition: 'observation.delayed',
    code: known ? error.code : 'internal',
    explanation: known ? error.message : errorName(error),
    ...(event === undefined ? {} : { stsRequestId: event.stsRequestId }),
  });
}
