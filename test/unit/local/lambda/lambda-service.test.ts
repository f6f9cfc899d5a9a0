import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../../local/iam/caller.ts';
import { createLambdaService } from '../../../../local/lambda/lambda-service.ts';
import { type ServiceCall, ServiceError } from '../../../../local/service.ts';
import { aFunction } from './a-function.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111111111111:function:worker';
const caller: Caller = {
  kind: 'session',
  accountId: '111111111111',
  arn: 'arn:aws:sts::111111111111:assumed-role/r/s',
  principalArn: 'arn:aws:iam::111111111111:role/r',
  userId: 'AROAEXAMPLE:s',
  accessKeyId: 'ASIAEXAMPLE',
  identityPolicies: () => [],
};

function harness(
  options: { allowed?: boolean; fails?: boolean; reservedConcurrency?: number; isolated?: boolean } = {},
) {
  const accepted: object[] = [];
  const invoked: string[] = [];
  const qualifiers: (string | undefined)[] = [];
  const checks: string[] = [];
  const { reservedConcurrency } = options;
  const aliases = ['billing'];
  const wiring = aFunction({
    aliases,
    ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
    ...(options.isolated ? { isolatesTenants: true } : {}),
  });
  const service = createLambdaService({
    home: { partition: 'aws', accountId: '111111111111', region: 'eu-west-1' },
    pool: {
      findFunction: (name) => (name === 'worker' ? wiring : undefined),
      invoke: async (_, payload, { qualifier } = {}) => {
        invoked.push(payload);
        qualifiers.push(qualifier);
        return options.fails ? { functionError: 'Unhandled', payload: '{"errorMessage":"no"}' } : { payload };
      },
    },
    asyncInvocations: { accept: (event) => accepted.push(event) },
    authorize: ({ action, resource }) => {
      checks.push(`${action} ${resource}`);
      if (options.allowed === false) throw new ServiceError('AccessDenied', 403, 'no');
    },
  });
  function invoke(input: Record<string, unknown>) {
    const call: ServiceCall = {
      caller,
      input: { FunctionName: 'worker', ...input },
      requestId: 'r-1',
      region: 'eu-west-1',
      sourceIp: '127.0.0.1',
      userAgent: 'test',
    };
    return service('Invoke', call);
  }
  return { invoke, accepted, invoked, checks, qualifiers };
}

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('createLambdaService', () => {
  it('answers a synchronous invocation with what the function returned', async () => {
    const { invoke, checks } = harness();
    const answer = await invoke({ Payload: bytes('{"a":1}') });
    expect(answer).toEqual({ StatusCode: 200, ExecutedVersion: '$LATEST', Payload: bytes('{"a":1}') });
    expect(checks).toEqual([`lambda:InvokeFunction ${ARN}`]);
  });

  it('answers a function error with 200 and says so', async () => {
    const answer = await harness({ fails: true }).invoke({ Payload: bytes('1') });
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  });

  it.each([
    ['an isolated function without a tenant', true, {}, 'add a valid tenant ID'],
    ['a tenant for any other function', false, { TenantId: 'acme' }, 'remove the tenant ID'],
    ['a tenant id that is none', true, { TenantId: 'a*b' }, 'TenantId'],
    ['an empty tenant id', true, { TenantId: '' }, 'TenantId'],
  ])('refuses %s, however it is invoked', async (_, isolated, input, message) => {
    for (const InvocationType of ['RequestResponse', 'Event', 'DryRun']) {
      const { invoke, invoked, accepted } = harness({ isolated });
      const refused = await invoke({ ...input, InvocationType }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'InvalidParameterValueException', statusCode: 400 });
      expect(refused).toHaveProperty('message', expect.stringContaining(message));
      expect([...invoked, ...accepted]).toEqual([]);
    }
  });

  it('hands the tenant on to an isolated function', async () => {
    const { invoke, accepted } = harness({ isolated: true });
    await invoke({ TenantId: 'acme', InvocationType: 'Event' });
    expect(accepted).toMatchObject([{ functionName: 'worker', tenantId: 'acme' }]);
  });

  it('gives an empty payload as an empty object', async () => {
    const { invoke, invoked } = harness();
    await invoke({});
    expect(invoked).toEqual(['{}']);
  });

  it('accepts an event with 202 and does not wait for it', async () => {
    const { invoke, accepted, invoked } = harness();
    expect(await invoke({ InvocationType: 'Event', Payload: bytes('{"a":1}') })).toEqual({ StatusCode: 202 });
    expect(accepted).toEqual([{ functionName: 'worker', payload: '{"a":1}', requestId: 'r-1' }]);
    expect(invoked).toEqual([]);
  });

  it.each([
    { FunctionName: 'worker', Qualifier: 'billing' },
    { FunctionName: 'worker:billing' },
    { FunctionName: `${ARN}:billing` },
    { FunctionName: `${ARN}:billing`, Qualifier: 'billing' },
  ])('invokes by alias, which is a resource of its own: %j', async (input) => {
    const { invoke, checks, qualifiers } = harness();
    expect(await invoke(input)).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(checks).toEqual([`lambda:InvokeFunction ${ARN}:billing`]);
    expect(qualifiers).toEqual(['billing']);
  });

  it('takes an event by alias', async () => {
    const { invoke, accepted } = harness();
    await invoke({ InvocationType: 'Event', Qualifier: 'billing' });
    expect(accepted).toEqual([{ functionName: 'worker', payload: '{}', requestId: 'r-1', qualifier: 'billing' }]);
  });

  it.each([{ Qualifier: 'other' }, { Qualifier: '1' }, { Qualifier: 'BILLING' }, { FunctionName: 'worker:other' }])(
    'has no alias that the template has not: %j',
    async (input) => {
      await expect(harness().invoke(input)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    },
  );

  it('refuses two qualifiers', async () => {
    const asked = harness().invoke({ FunctionName: 'worker:billing', Qualifier: '$LATEST' });
    await expect(asked).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
  });

  it('answers a dry run with 204 and runs nothing', async () => {
    const { invoke, accepted, invoked, checks } = harness();
    expect(await invoke({ InvocationType: 'DryRun' })).toEqual({ StatusCode: 204 });
    expect([...accepted, ...invoked]).toEqual([]);
    expect(checks).toHaveLength(1);
  });

  it.each(['worker', 'worker:$LATEST', '111111111111:function:worker', ARN, `${ARN}:$LATEST`])(
    'knows the function as %s',
    async (FunctionName) => {
      expect(await harness().invoke({ FunctionName })).toMatchObject({ StatusCode: 200 });
    },
  );

  const big = (length: number) => bytes(JSON.stringify('x'.repeat(length)));
  const refused: readonly { name: string; input: object; code: string; statusCode: number; options?: object }[] = [
    {
      name: 'an unknown function',
      input: { FunctionName: 'other' },
      code: 'ResourceNotFoundException',
      statusCode: 404,
    },
    {
      name: 'a function of another account',
      input: { FunctionName: ARN.replace('111111111111', '222222222222') },
      code: 'ResourceNotFoundException',
      statusCode: 404,
    },
    {
      name: 'a function of another region',
      input: { FunctionName: ARN.replace('eu-west-1', 'us-east-1') },
      code: 'ResourceNotFoundException',
      statusCode: 404,
    },
    {
      name: 'a caller that may not, even for a dry run',
      input: { InvocationType: 'DryRun' },
      options: { allowed: false },
      code: 'AccessDeniedException',
      statusCode: 403,
    },
    {
      name: 'a caller that may not, for an unknown function in the same words',
      input: { FunctionName: 'other' },
      options: { allowed: false },
      code: 'AccessDeniedException',
      statusCode: 403,
    },
    { name: 'broken JSON', input: { Payload: bytes('{') }, code: 'InvalidRequestContentException', statusCode: 400 },
    {
      name: 'more than 6 MB',
      input: { Payload: big(6_291_456) },
      code: 'RequestTooLargeException',
      statusCode: 413,
    },
    {
      name: 'more than 1 MB for later',
      input: { InvocationType: 'Event', Payload: big(1_048_576) },
      code: 'RequestTooLargeException',
      statusCode: 413,
    },
    {
      name: 'an unknown invocation type',
      input: { InvocationType: 'Soon' },
      code: 'InvalidParameterValueException',
      statusCode: 400,
    },
    {
      name: 'a function that reserves no concurrency',
      input: {},
      options: { reservedConcurrency: 0 },
      code: 'TooManyRequestsException',
      statusCode: 429,
    },
  ];
  it.each(refused)('refuses $name', async ({ input, code, statusCode, options }) => {
    const { invoke, accepted, invoked } = harness(options);
    await expect(invoke({ ...input })).rejects.toMatchObject({ code, statusCode });
    expect([...accepted, ...invoked]).toEqual([]);
  });
});
