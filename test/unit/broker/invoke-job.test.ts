import { type InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { type JobInvocation, makeInvokeJob } from '../../../lib/broker/invoke-job.ts';
import { envelopeContextOf, parseJobPayload } from '../../../lib/job-runtime/job-payload.ts';
import { namedError } from '../../support/faulty-world/faults.ts';

const context = {
  tenantId: 'acme',
  accountId: '222222222222',
  job: 'scan-account',
  issuanceId: `scan-account.${'a'.repeat(32)}`,
  attempt: 2,
  fenceMs: 1_936_000_600_000,
  usableUntilMs: 1_936_000_300_000,
};
const sealed = {
  iv: Buffer.alloc(12, 1).toString('base64'),
  ciphertext: Buffer.alloc(400, 2).toString('base64'),
  tag: Buffer.alloc(16, 3).toString('base64'),
};
const invocation: JobInvocation = { context, sealed, input: '{"depth":2}' };

/** Invokes through a client that answers with this. */
async function invoke(
  answer: Error | undefined,
  of: JobInvocation = invocation,
  isolation: { readonly tenantIsolation?: boolean } = {},
) {
  const inputs: InvokeCommand['input'][] = [];
  const lambda = Object.assign(new LambdaClient({ region: 'eu-west-1' }), {
    async send({ input }: InvokeCommand) {
      inputs.push(input);
      if (answer !== undefined) throw answer;
      return { StatusCode: 202 };
    },
  });
  const config = { jobFunctionNamePrefix: 'credential-broker-dev-', ...isolation };
  const invokeJob = makeInvokeJob({ lambda, config });
  return { delivery: await invokeJob(of), inputs };
}

function payloadOf(inputs: readonly InvokeCommand['input'][]): unknown {
  const payload = inputs[0]?.Payload;
  return JSON.parse(payload instanceof Uint8Array ? Buffer.from(payload).toString('utf8') : '');
}

describe('the invocation of a job', () => {
  it('is one asynchronous call of the function that bears its name', async () => {
    const { inputs, delivery } = await invoke(undefined);
    expect(delivery).toEqual({ outcome: 'handedOver' });
    expect(inputs).toMatchObject([{ FunctionName: 'credential-broker-dev-scan-account', InvocationType: 'Event' }]);
  });

  it('carries the envelope, what it is bound to and the input, and nothing else', async () => {
    const { inputs } = await invoke(undefined);
    expect(payloadOf(inputs)).toEqual({ version: 1, ...context, sealed, input: { depth: 2 } });
  });

  it('has no input where none was sent', async () => {
    const { inputs } = await invoke(undefined, { ...invocation, input: undefined });
    expect(payloadOf(inputs)).toMatchObject({ input: null });
  });

  it.each([
    [{}, undefined],
    [{ tenantIsolation: false }, undefined],
    [{ tenantIsolation: true }, 'acme'],
  ])('names the tenant to Lambda only where functions are isolated: %j', async (isolation, tenantId) => {
    const { inputs } = await invoke(undefined, invocation, isolation);
    expect(inputs.map((input) => input.TenantId)).toEqual([tenantId]);
    expect(inputs.map((input) => 'TenantId' in input)).toEqual([tenantId !== undefined]);
  });

  it('is what the job runtime reads, bound to the same context', async () => {
    const { inputs } = await invoke(undefined);
    const read = parseJobPayload(payloadOf(inputs), 'scan-account');
    expect(envelopeContextOf(read)).toEqual(context);
  });
});

describe('what Lambda answers', () => {
  const answers = [
    ['TooManyRequestsException', { outcome: 'refused', code: 'job.busy' }],
    ['ServiceException', { outcome: 'refused', code: 'job.busy' }],
    ['EC2ThrottledException', { outcome: 'refused', code: 'job.busy' }],
    ['ResourceNotFoundException', { outcome: 'refused', code: 'job.notDeployed' }],
    ['AccessDeniedException', { outcome: 'refused', code: 'job.notDeployed' }],
    ['InvalidRequestContentException', { outcome: 'refused', code: 'job.notDeployed' }],
    ['RequestTooLargeException', { outcome: 'refused', code: 'job.notDeployed' }],
    // Deployed, but isolated where the configuration says that it is not, or the other way round.
    ['InvalidParameterValueException', { outcome: 'refused', code: 'job.notDeployed' }],
    // It may have arrived: only the claim can tell.
    ['TimeoutError', { outcome: 'handedOver' }],
    ['SomethingNew', { outcome: 'handedOver' }],
  ] as const;

  it.each(answers)('%s is told apart', async (name, delivery) => {
    expect((await invoke(namedError(name))).delivery).toEqual(delivery);
  });

  it('is never thrown', async () => {
    const odd = Object.assign(new Error('odd'), { name: 'not a name: {"secret"}' });
    expect((await invoke(odd)).delivery).toEqual({ outcome: 'handedOver' });
  });
});
