import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { jobDependencies } from '../../../lib/job-runtime/job-dependencies.ts';
import { documentClient, kmsClient, lambdaClient, sqsClient, stsClient } from '../../../lib/platform/clients.ts';

/** Begins the answer to a first attempt and never ends it; refuses further ones. */
let server: Server;
let queueUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const first = /attempt=1\b/.test(String(request.headers['amz-sdk-request']));
    response.writeHead(first ? 200 : 400).write('{}');
    if (!first) response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  queueUrl = `${endpoint}/queue`;
  const environment = {
    LEDGER_TABLE: 'ledger',
    SWITCHES_TABLE: 'switches',
    ENVELOPE_KEY_ARN: 'key',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs(); // cspell:disable-line
});

const get = () => new GetCommand({ TableName: 'ledger', Key: { recordId: 'x' } });
const calls: readonly (readonly [client: string, call: () => Promise<unknown>])[] = [
  ['STS', () => stsClient('eu-west-1').send(new GetCallerIdentityCommand())],
  ['DynamoDB', () => documentClient().send(get())],
  ['KMS', () => kmsClient().send(new GenerateDataKeyCommand({ KeyId: 'key', KeySpec: 'AES_256' }))],
  ['Lambda', () => lambdaClient().send(new InvokeCommand({ FunctionName: 'job' }))],
  ['SQS', () => sqsClient().send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}' }))],
  ['a job’s DynamoDB', () => jobDependencies('scan-account').dynamo.send(get())],
];

describe('an answer that stalls in its body', () => {
  it('holds no client for longer than a call may take', async () => {
    const held = await Promise.all(
      calls.map(async ([client, call]) => {
        const began = performance.now();
        await Promise.race([call().catch(() => undefined), pause(4_500)]);
        return [client, performance.now() - began > 4_400];
      }),
    );
    expect(held).toEqual(calls.map(([client]) => [client, false]));
  }, 10_000);
});
