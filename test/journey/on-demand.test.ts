import { spawn } from 'node:child_process';
import path from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';
import { makeRequestClient, type RequestClient } from '../../lib/client/request-client.ts';
import { compiledSources } from '../support/compiled-sources.ts';
import { type LocalStack, startLocalStack } from '../support/local-stack.ts';
import { plainDetail } from '../support/queue-message.ts';

const PREFIX = 'credential-broker-local';
const DIRECT = `${PREFIX}-request-job-direct`;
const REQUEST_ID = /^req_[a-z2-7]{32}$/;
const completed = [
  { issuanceId: expect.stringMatching(/^scan-account\./), accountId: '222222222222', state: 'completed' },
];

let stack: LocalStack;
let support: RequestClient;
beforeAll(async () => {
  stack = await startLocalStack();
  support = await clientAs('support-tool');
}, 60_000);
afterAll(() => stack.close());

async function clientAs(profile: string): Promise<RequestClient> {
  const { region, credentials } = await stack.profile(profile);
  return makeRequestClient({
    url: `${stack.endpoint}/_url/${PREFIX}-request-job`,
    region,
    credentials: async () => credentials,
  });
}

async function recordOf(requestId: string | undefined) {
  await stack.idle();
  return (await stack.requests()).find(({ recordId }) => recordId === requestId);
}

const asked = { tenantId: 'acme', job: 'scan-account' };

describe('a service that signs its request', () => {
  it('is given the outcome of the job, when it waits for it', async () => {
    const answer = await support.requestJob({ ...asked, reason: 'TICKET-1' }, { waitSeconds: 20 });
    expect(answer).toEqual({ requestId: expect.stringMatching(REQUEST_ID), decision: 'allowed', issuances: completed });
    expect(await recordOf(answer.requestId)).toMatchObject({
      requester: 'support-tool',
      decision: 'allowed',
      reason: 'TICKET-1',
      origin: { kind: 'functionUrl', principalArn: 'arn:aws:iam::111111111111:role/support-tool' },
    });
  });

  it('is told at once under what its request is on its way, when it does not', async () => {
    const answer = await support.requestJob(asked);
    expect(answer).toEqual({ requestId: expect.stringMatching(REQUEST_ID) });
    expect(await recordOf(answer.requestId)).toMatchObject({ decision: 'allowed' });
  });

  it('may repeat it under its idempotency key: the job runs once', async () => {
    const request = { ...asked, idempotencyKey: 'scan-2026-47' };
    const first = await support.requestJob(request, { waitSeconds: 20 });
    const again = await Promise.all([1, 2, 3].map(() => support.requestJob(request, { waitSeconds: 20 })));
    expect(again).toEqual([first, first, first]);
    await stack.idle();
    const records = (await stack.requests()).filter(({ idempotencyKey }) => idempotencyKey === 'scan-2026-47');
    expect(records).toHaveLength(1);
    const issuances = (await stack.issuances()).filter(({ requestId }) => requestId === first.requestId);
    expect(issuances.map(({ attempt }) => attempt)).toEqual([1]);
  });

  it('cannot use the key for another request', async () => {
    await support.requestJob({ ...asked, idempotencyKey: 'taken' }, { waitSeconds: 20 });
    const other = support.requestJob({ ...asked, idempotencyKey: 'taken', reason: 'another' }, { waitSeconds: 20 });
    const refusal = await other.catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 409, code: 'request.idConflict' });
    const { requestId } = refusal as { requestId: string };
    expect(await recordOf(requestId)).toMatchObject({ refusal: { reason: 'request.idConflict' } });
  });

  it('learns of a tenant that there is not what it would learn of one that it may not ask for', async () => {
    const refused = support.requestJob({ ...asked, tenantId: 'nobody' }, { waitSeconds: 20 });
    await expect(refused).rejects.toMatchObject({ status: 403, code: 'requester.notAllowed' });
    const records = await stack.requests();
    expect(records.find(({ tenantId }) => tenantId === 'nobody')?.refusal?.reason).toBe('tenant.unknown');
  });

  it('is told what is wrong with its body, and that is on record', async () => {
    const before = (await stack.requests()).length;
    const wrong = support.requestJob({ ...asked, tenantId: 'ACME' }, { waitSeconds: 20 });
    await expect(wrong).rejects.toMatchObject({ status: 400, code: 'tenant.idInvalid' });
    await stack.idle();
    const records = await stack.requests();
    expect(records).toHaveLength(before + 1);
    expect(records.at(-1)).toMatchObject({ requester: 'support-tool', refusal: { reason: 'tenant.idInvalid' } });
  });

  it('is stopped by AWS where it has no grant', async () => {
    const stranger = await clientAs('stranger');
    await expect(stranger.requestJob(asked)).rejects.toMatchObject({ status: 403, code: 'client.accessDenied' });
  });

  it('is nobody where it has a grant and is no requester', async () => {
    const operator = await clientAs('operator');
    const refused = await operator.requestJob(asked, { waitSeconds: 20 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 403, code: 'requester.notAllowed', requestId: expect.any(String) });
    expect(await recordOf((refused as { requestId: string }).requestId)).toMatchObject({
      requester: 'unrecognised',
      origin: { principalArn: 'arn:aws:iam::111111111111:user/operator' },
    });
  });
});

async function invoke(client: LambdaClient, payload: object, Qualifier = 'billing-service', type = 'RequestResponse') {
  const { Payload, FunctionError, StatusCode } = await client.send(
    new InvokeCommand({
      FunctionName: DIRECT,
      Qualifier,
      InvocationType: type === 'Event' ? 'Event' : 'RequestResponse',
      Payload: Buffer.from(JSON.stringify(payload)),
    }),
  );
  expect(FunctionError).toBeUndefined();
  return StatusCode === 202 ? {} : JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
}

describe('a service that invokes its alias', () => {
  const globex = { ...plainDetail, tenantId: 'globex' };

  it('is recognised by it, and bound to its tenants', async () => {
    const service = new LambdaClient(await stack.profile('billing-service'));
    const own = await invoke(service, { ...globex, wait: 20 });
    const other = await invoke(service, { ...plainDetail, wait: 20 });
    // No tenant is registered under that name: to who asks, the two are one.
    expect(own.error).toEqual(other.error);
    expect(await recordOf(own.requestId)).toMatchObject({
      requester: 'billing-service',
      origin: { kind: 'invoke', alias: 'billing-service' },
      refusal: { reason: 'tenant.unknown' },
    });
    expect(await recordOf(other.requestId)).toMatchObject({ refusal: { reason: 'requester.notAllowed' } });
  });

  it('may leave the answer to itself: an event is taken, and goes on record', async () => {
    const service = new LambdaClient(await stack.profile('billing-service'));
    await invoke(service, { ...globex, reason: 'by event' }, 'billing-service', 'Event');
    await stack.idle();
    const record = (await stack.requests()).find(({ reason }) => reason === 'by event');
    expect(record).toMatchObject({ requester: 'billing-service' });
  });
});

describe('a person at the command line', () => {
  async function broker(argv: readonly string[], input = '') {
    const { PATH } = process.env;
    const child = spawn(process.execPath, [path.join(projectRoot, 'lib/operator-cli/main.ts'), ...argv], {
      env: { PATH, AWS_CONFIG_FILE: stack.awsConfigFile, AWS_PROFILE: 'support-tool', ...compiledSources },
    });
    const out: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk: Buffer) => {
        out[stream] += chunk.toString('utf8');
      });
    }
    child.stdin.end(input);
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { exitCode, ...out };
  }

  it('asks with the profile that it has, and sees what became of each account', async () => {
    const argv = ['run', 'scan-account', '--tenant', 'acme', '--input', '-', '--wait', '--reason', 'TICKET-2'];
    const { exitCode, stdout, stderr } = await broker(argv, '{"bucketNamePrefixes":["acme-w"]}');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^ACCOUNT .*\n222222222222 {2}completed {2}- {4}scan-account\.[a-z2-7]{32}\n$/);
    const record = (await stack.requests()).find(({ reason }) => reason === 'TICKET-2');
    expect(record?.input).toBe('{"bucketNamePrefixes":["acme-w"]}');
  });

  it('is told why not, in three lines', async () => {
    const { exitCode, stdout, stderr } = await broker(['run', 'scan-account', '--tenant', 'nobody', '--wait']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr.split('\n')).toEqual(['requester.notAllowed', expect.any(String), expect.any(String), '']);
  });
});
