import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendRaw, signRaw } from './signed-fetch.ts';
import { type Fixture, startFixture, userKeys } from './stack-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.server.close());

async function send(target: string) {
  const { endpoint } = fixture.server;
  const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
  const request = { method: 'POST', path: '/', headers, body: '{"Name":"trail"}' };
  return sendRaw(endpoint, await signRaw(request, { endpoint, service: 'cloudtrail', keys: userKeys }));
}

it.each([
  ['of today', 'CloudTrail_20131101.GetTrailStatus'],
  ['of before', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrailStatus'],
])('takes the target that clients %s send, and answers times as epoch seconds', async (_title, target) => {
  fixture.calls.length = 0;
  fixture.answer = () => ({ IsLogging: true, StartLoggingTime: new Date(1_500) });
  const answer = await send(target);
  expect(JSON.parse(answer.body)).toEqual({ IsLogging: true, StartLoggingTime: 1.5 });
  expect(fixture.calls).toMatchObject([{ action: 'GetTrailStatus', call: { input: { Name: 'trail' } } }]);
});

it.each(['GetTrailStatus', '.GetTrailStatus', 'com.amazonaws.GetTrailStatus', 'CloudTrail_20131101.'])(
  'knows no target %s',
  async (target) => {
    expect(JSON.parse((await send(target)).body)).toMatchObject({ __type: 'UnknownOperationException' });
  },
);
