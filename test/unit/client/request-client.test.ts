import { afterEach, describe, expect, it } from 'vitest';
import { makeRequestClient } from '../../../lib/client/request-client.ts';
import { type FunctionUrlServer, type Reply, startFunctionUrlServer } from '../../support/function-url-server.ts';

let server: FunctionUrlServer | undefined;
afterEach(() => server?.close());

async function clientThatGets(...replies: readonly Reply[]) {
  const started = await startFunctionUrlServer((_, count) => replies[count] ?? {});
  server = started;
  const credentials = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' });
  const client = makeRequestClient({ url: started.url, region: 'eu-west-1', credentials, pauseBeforeRetryMs: 1 });
  return { client, seen: started.seen };
}

const asked = { tenantId: 'acme', job: 'scan-account' };
const decided = {
  requestId: 'req_a',
  decision: 'allowed',
  issuances: [{ issuanceId: 'i', accountId: '1', state: 'new' }],
};

describe('the client of request-job', () => {
  it('sends the detail of an event, signed', async () => {
    const { client, seen } = await clientThatGets({ status: 202, json: { requestId: 'req_a' } });
    const request = { ...asked, input: { a: 1 }, accountIds: undefined };
    expect(await client.requestJob(request, { waitSeconds: 5 })).toEqual({ requestId: 'req_a' });
    expect(seen).toMatchObject([
      {
        asked: 'POST /requests',
        query: { wait: '5' },
        headers: { authorization: expect.stringContaining('/lambda/aws4_request') },
      },
    ]);
    expect(seen[0]?.body).toEqual({ version: 1, ...asked, input: { a: 1 } });
  });

  it('gives the outcome', async () => {
    const { client } = await clientThatGets({ json: decided });
    expect(await client.requestJob(asked)).toEqual(decided);
  });

  it('throws a refusal, with the id of its record', async () => {
    const error = { code: 'tenant.suspended', message: 'm', whatToDo: 'w' };
    const { client } = await clientThatGets({ status: 409, json: { error, requestId: 'req_a' } });
    await expect(client.requestJob(asked)).rejects.toMatchObject({
      name: 'ApiError',
      status: 409,
      ...error,
      requestId: 'req_a',
    });
  });

  it('repeats nothing by itself', async () => {
    const { client, seen } = await clientThatGets({ status: 503, json: {} });
    await expect(client.requestJob(asked)).rejects.toMatchObject({ code: 'client.functionFailed' });
    expect(seen).toHaveLength(1);
  });

  it.each([{}, { requestId: 1 }, { ...decided, issuances: [{ state: 'odd' }] }])(
    'takes %j for no answer',
    async (json) => {
      const { client } = await clientThatGets({ json });
      await expect(client.requestJob(asked)).rejects.toMatchObject({ code: 'client.answerUnreadable' });
    },
  );
});
