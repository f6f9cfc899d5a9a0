import { InvokeCommand, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { BrokerError, isErrorCode } from '../errors.ts';
import { errorName } from '../platform/store-error.ts';
import type { RunNowAnswer } from './run-fan-out.ts';

export type RunNowDependencies = {
  /** A client that never sends an invocation twice. */
  readonly lambda: { send(command: InvokeCommand): Promise<InvokeCommandOutput> };
  readonly config: { readonly fanOutFunctionName: string };
};

/**
 * Has fan-out-schedule open a window of a schedule now, and gives its answer. Throws `schedule.notRun` when there is
 * none: then a window may have been opened or not.
 */
export async function runScheduleNow(
  { name, by }: { readonly name: string; readonly by: string },
  { lambda, config }: RunNowDependencies,
): Promise<RunNowAnswer> {
  const command = new InvokeCommand({
    FunctionName: config.fanOutFunctionName,
    InvocationType: 'RequestResponse',
    Payload: Buffer.from(JSON.stringify({ kind: 'runNow', schedule: name, by }), 'utf8'),
  });
  const answer = await lambda.send(command).catch((error: unknown) => {
    throw notRun(`fan-out-schedule could not be invoked: ${errorName(error)}`);
  });
  if (answer.FunctionError !== undefined) throw notRun('fan-out-schedule failed');
  const read = v.safeParse(answerSchema, parse(answer.Payload));
  if (!read.success) throw notRun('fan-out-schedule gave an answer that cannot be read');
  if ('windowStartMs' in read.output) return read.output;
  const { refused, explanation } = read.output;
  if (refused === 'switch.off' || refused === 'schedule.unknown') return { refused, explanation };
  throw notRun(`fan-out-schedule refused: ${isErrorCode(refused) ? refused : 'a code that is none'}`);
}

const answerSchema = v.union([
  v.strictObject({ schedule: v.string(), windowStartMs: v.number() }),
  v.strictObject({ refused: v.string(), explanation: v.string() }),
]);

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

function notRun(message: string): BrokerError {
  return new BrokerError('schedule.notRun', message);
}
