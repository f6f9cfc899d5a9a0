import { describe, expect, it } from 'vitest';
import type { AccessCheck } from '../../../../local/iam/authorize.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import type { FunctionUrlRequest } from '../../../../local/lambda/function-url-event.ts';
import { createLambdaService } from '../../../../local/lambda/lambda-service.ts';
import { ServiceError } from '../../../../local/service.ts';
import type { FunctionWiring } from '../../../../local/template/wiring.ts';
import { aFunction } from './a-function.ts';

const caller: Caller = {
  kind: 'session',
  accountId: '333333333333',
  arn: 'arn:aws:sts::333333333333:assumed-role/auditor/alice',
  principalArn: 'arn:aws:iam::333333333333:role/people/auditor',
  userId: 'AROAEXAMPLE:alice',
  accessKeyId: 'ASIAEXAMPLE',
  identityPolicies: () => [],
};

const request: FunctionUrlRequest = {
  method: 'GET',
  rawPath: '/tenants/acme',
  rawQueryString: 'a=1&a=2',
  query: { a: '1,2' },
  headers: { host: '127.0.0.1:4566', 'user-agent': 'curl/8' },
  cookies: [],
  isBase64Encoded: false,
  receivedAtMs: Date.UTC(2026, 10, 5, 3, 7, 9, 123),
};

function harness(options: { denies?: string; wiring?: Partial<FunctionWiring> } = {}) {
  const checks: AccessCheck[] = [];
  const events: unknown[] = [];
  const wiring = aFunction({ urlAuthType: 'AWS_IAM', ...options.wiring });
  const service = createLambdaService({
    home: { partition: 'aws', accountId: '111111111111', region: 'eu-west-1' },
    pool: {
      findFunction: (name) => (name === 'worker' ? wiring : undefined),
      invoke: async (_, payload) => {
        events.push(JSON.parse(payload));
        return { payload: '{"done":true}' };
      },
    },
    asyncInvocations: { accept: () => undefined },
    authorize(check) {
      checks.push(check);
      if (check.action === options.denies) throw new ServiceError('AccessDenied', 403, 'no');
    },
  });
  const invoke = (FunctionName = 'worker', region = 'eu-west-1') =>
    service('InvokeFunctionUrl', {
      caller,
      input: { FunctionName, Request: request },
      requestId: 'r-1',
      region,
      sourceIp: '127.0.0.1',
      userAgent: 'curl/8',
    });
  return { invoke, checks, events };
}

describe('invokeFunctionUrl', () => {
  it('gives the function the event that AWS makes', async () => {
    const { invoke, events } = harness();
    expect(await invoke()).toEqual({ Payload: '{"done":true}' });
    expect(events).toEqual([
      {
        version: '2.0',
        routeKey: '$default',
        rawPath: '/tenants/acme',
        rawQueryString: 'a=1&a=2',
        headers: { host: '127.0.0.1:4566', 'user-agent': 'curl/8' },
        queryStringParameters: { a: '1,2' },
        requestContext: {
          accountId: '111111111111',
          apiId: 'worker',
          authentication: null,
          authorizer: {
            iam: {
              accessKey: 'ASIAEXAMPLE',
              accountId: '333333333333',
              callerId: 'AROAEXAMPLE:alice',
              cognitoIdentity: null,
              principalOrgId: null,
              userArn: 'arn:aws:sts::333333333333:assumed-role/auditor/alice',
              userId: 'AROAEXAMPLE:alice',
            },
          },
          domainName: '127.0.0.1:4566',
          domainPrefix: 'worker',
          http: {
            method: 'GET',
            path: '/tenants/acme',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'curl/8',
          },
          requestId: 'r-1',
          routeKey: '$default',
          stage: '$default',
          time: '05/Nov/2026:03:07:09 +0000',
          timeEpoch: 1_793_848_029_123,
        },
        isBase64Encoded: false,
      },
    ]);
  });

  it('asks for both permissions, saying that the call comes through the URL', async () => {
    const { invoke, checks } = harness();
    await invoke();
    const context = { 'lambda:InvokedViaFunctionUrl': 'true', 'lambda:FunctionUrlAuthType': 'AWS_IAM' };
    const resource = 'arn:aws:lambda:eu-west-1:111111111111:function:worker';
    expect(checks).toMatchObject([
      { caller, action: 'lambda:InvokeFunctionUrl', resource, resourceAccountId: '111111111111', context },
      { caller, action: 'lambda:InvokeFunction', resource, resourceAccountId: '111111111111', context },
    ]);
  });

  it.each(['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'])('invokes nothing without %s', async (denies) => {
    const { invoke, events } = harness({ denies });
    await expect(invoke()).rejects.toMatchObject({ code: 'AccessDenied', statusCode: 403 });
    // Nor does it say whether the function is there.
    await expect(invoke('nobody')).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(events).toEqual([]);
  });

  it.each([
    { is: 'not there', name: 'nobody', statusCode: 404, message: 'the template has no function nobody' },
    { is: 'not ours to name', name: 'arn:aws', statusCode: 400, message: 'FunctionName' },
    { is: 'public', wiring: { urlAuthType: 'NONE' }, statusCode: 501, message: 'AWS_IAM only' },
    { is: 'switched off', wiring: { reservedConcurrency: 0 }, statusCode: 429, message: 'Rate Exceeded.' },
    { is: 'of another region', region: 'us-east-1', statusCode: 403, message: "the URL's region is eu-west-1" },
  ])('refuses a function that is $is', async ({ name, wiring, region, statusCode, message }) => {
    const { invoke, events } = harness(wiring === undefined ? {} : { wiring });
    await expect(invoke(name, region)).rejects.toMatchObject({ statusCode, message: expect.stringContaining(message) });
    expect(events).toEqual([]);
  });

  it('refuses a function without a URL', async () => {
    const { urlAuthType: _, ...wiring } = aFunction({ urlAuthType: 'AWS_IAM' });
    const service = createLambdaService({
      home: { partition: 'aws', accountId: '111111111111', region: 'eu-west-1' },
      pool: { findFunction: () => wiring, invoke: () => Promise.reject(new Error('invoked')) },
      asyncInvocations: { accept: () => undefined },
      authorize: () => undefined,
    });
    const input = { FunctionName: 'worker', Request: request };
    const call = { caller, input, requestId: 'r', region: 'eu-west-1', sourceIp: '127.0.0.1', userAgent: '' };
    await expect(service('InvokeFunctionUrl', call)).rejects.toMatchObject({
      statusCode: 404,
      message: 'the function worker has no URL in the template',
    });
  });
});
