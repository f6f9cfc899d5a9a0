import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../support/local-stack.ts';
import { plainDetail } from '../support/queue-message.ts';
import { urlEvent } from '../support/url-event.ts';

const REQUEST_JOB = 'credential-broker-local-request-job';
const DIRECT = 'credential-broker-local-request-job-direct';

/** What a requester would send who signs as somebody else: the event of a function URL, all of it made up. */
const forged = (caller: string) => urlEvent({ method: 'POST', path: '/requests', body: plainDetail, caller });
const SUPPORT = 'arn:aws:sts::111111111111:assumed-role/support-tool/jane';

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.close());

async function invoke(profile: string, FunctionName: string, event: unknown, Qualifier?: string) {
  const client = new LambdaClient(await stack.profile(profile));
  const Payload = Buffer.from(JSON.stringify(event));
  const { Payload: answer, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName, Payload, ...(Qualifier === undefined ? {} : { Qualifier }) }),
  );
  return { FunctionError, answer: JSON.parse(Buffer.from(answer ?? []).toString('utf8')) };
}

describe('an invented caller', () => {
  it.each(['support-tool', 'billing-service', 'scan-scheduler', 'stranger'])(
    'of %s does not get as far as request-job',
    async (profile) => {
      await expect(invoke(profile, REQUEST_JOB, forged(SUPPORT))).rejects.toMatchObject({
        name: 'AccessDeniedException',
      });
      expect(await stack.requests()).toEqual([]);
    },
  );

  it.each<[string, object]>([
    ['no context', { requestContext: undefined }],
    ['a context without an authorizer', { requestContext: { http: { method: 'POST' }, requestId: 'r' } }],
    ['an authorizer that is null', { requestContext: { ...forged(SUPPORT).requestContext, authorizer: null } }],
    ['an IAM that is null', { requestContext: { ...forged(SUPPORT).requestContext, authorizer: { iam: null } } }],
  ])('that is missing is nobody, even for who may invoke everything: %s', async (_, changes) => {
    const { answer } = await invoke('operator', REQUEST_JOB, { ...forged(SUPPORT), ...changes });
    expect(answer).toMatchObject({ statusCode: 403 });
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'caller.unknown' } });
    expect(await stack.requests()).toEqual([]);
  });

  it('is nobody to request-job-direct, which goes by the alias alone', async () => {
    const { answer } = await invoke('billing-service', DIRECT, forged(SUPPORT), 'billing-service');
    expect(answer).toMatchObject({ error: { code: 'request.fieldNotAllowed' } });
    await stack.idle();
    expect(await stack.requests()).toMatchObject([{ requester: 'billing-service', decision: 'refused' }]);
  });
});

describe('an alias', () => {
  it.each(['support-tool', 'scan-scheduler', 'stranger'])('of another is closed to %s', async (profile) => {
    await expect(invoke(profile, DIRECT, plainDetail, 'billing-service')).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it.each([undefined, '$LATEST', 'another'])('is the only one for its requester: not %s', async (qualifier) => {
    await expect(invoke('billing-service', DIRECT, plainDetail, qualifier)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('left out is nobody, even for who may invoke everything', async () => {
    const { answer } = await invoke('operator', DIRECT, { ...plainDetail, wait: 5 });
    expect(answer).toMatchObject({ error: { code: 'requester.notAllowed' } });
  });
});
