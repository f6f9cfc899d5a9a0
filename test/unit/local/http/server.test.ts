import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../../../local/http/server.ts';
import { systemIds } from '../../../../local/ids.ts';
import { sendRaw, signRaw } from './signed-fetch.ts';
import { type Fixture, startFixture, userKeys } from './stack-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.server.close());

describe('the server of the embedded stack', () => {
  it('answers an exception without what it says, and logs it', async () => {
    const exception = new Error('the password is secret');
    fixture.answer = () => {
      throw exception;
    };
    const client = new STSClient(fixture.clientSettings());
    const error: unknown = await client.send(new GetCallerIdentityCommand({})).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(fixture.failures).toEqual([exception]);
  });

  it('names every answer in both of the headers that clients read, by the clock of the stack', async () => {
    fixture.clock.advance(3_600_000);
    const { headers } = await sendRaw(fixture.server.endpoint, { method: 'GET', path: '/', headers: {}, body: '' });
    expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-amz-request-id']).toBe(headers['x-amzn-requestid']);
    expect(Math.abs(Date.parse(String(headers['date'])) - Date.now() - 3_600_000)).toBeLessThan(5_000);
  });

  it.each([
    ['/bad%ZZpath?a=%ZZ', 400],
    ['/?__proto__=1', 400],
  ])('answers %s with %d', async (path, statusCode) => {
    const answer = await sendRaw(fixture.server.endpoint, { method: 'GET', path, headers: {}, body: '' });
    expect(answer.statusCode).toBe(statusCode);
    expect(JSON.parse(answer.body)).toHaveProperty('message');
  });

  it('tells those who are known to it that it has no such service', async () => {
    const { endpoint } = fixture.server;
    const request = { method: 'POST', path: '/', headers: { 'x-amz-target': 'A.B' }, body: '{}' };
    const signed = await signRaw(request, { endpoint, service: 'ec2', keys: userKeys });
    expect(await sendRaw(endpoint, signed)).toMatchObject({ statusCode: 501 });
    const byStranger = await signRaw(request, {
      endpoint,
      service: 'ec2',
      keys: { ...userKeys, secretAccessKey: 'x' },
    });
    expect(await sendRaw(endpoint, byStranger)).toMatchObject({ statusCode: 403 });
  });

  it('listens on the loopback interface, and rejects a port that is taken', async () => {
    expect(fixture.server.endpoint).toBe(`http://127.0.0.1:${fixture.server.port}`);
    const again = startHttpServer({
      port: fixture.server.port,
      services: {},
      findCredential: () => undefined,
      clock: fixture.clock,
      ids: systemIds,
    });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('refuses to start with a service whose dialect it does not know', async () => {
    const services = { ec2: { protocol: 'json-1.1', service: async () => ({}) } } as const;
    const start = startHttpServer({
      port: 0,
      services,
      findCredential: () => undefined,
      clock: fixture.clock,
      ids: systemIds,
    });
    await expect(start).rejects.toThrow('ec2');
  });
});
