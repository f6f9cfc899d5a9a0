import { type InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { JobPayload } from '../../../lib/job-runtime/job-payload.ts';
import type { FrozenClock } from '../frozen-clock.ts';
import { type Faults, namedError, type Temper } from './faults.ts';

/** An asynchronous invocation that Lambda took: it tries three times, and no longer than the maximum event age. */
export type Invocation = {
  readonly functionName: string;
  readonly payload: JobPayload;
  readonly atMs: number;
  tries: number;
  over: boolean;
};

export type FakeLambda = { readonly client: LambdaClient; readonly invocations: readonly Invocation[] };

const temper: Temper = {
  broken: () => namedError('TimeoutError'),
  throttled: () => namedError('TooManyRequestsException'),
};

/** Lambda's queue of asynchronous invocations. */
export function fakeLambda(faults: Faults, clock: FrozenClock): FakeLambda {
  const invocations: Invocation[] = [];
  const client = Object.assign(new LambdaClient({ region: 'eu-west-1' }), {
    send({ input }: InvokeCommand) {
      // The broker's own payload: that a job can read it is what the job runtime is there to check.
      const payload: JobPayload = JSON.parse(textOf(input.Payload));
      const made = { site: 'lambda.invoke', subject: payload.issuanceId, attempt: payload.attempt };
      return faults.through(made, temper, async () => {
        const taken = { functionName: input.FunctionName ?? '', payload, atMs: clock.nowMs(), tries: 0, over: false };
        invocations.push(taken);
        return {};
      });
    },
  });
  return { client, invocations };
}

function textOf(payload: InvokeCommand['input']['Payload']): string {
  return payload instanceof Uint8Array ? Buffer.from(payload).toString('utf8') : 'null';
}
