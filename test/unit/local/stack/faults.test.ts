import { describe, expect, it } from 'vitest';
import { ConnectionReset } from '../../../../local/http/connection-reset.ts';
import type { ServiceName } from '../../../../local/stack/deferred-services.ts';
import { createFaults, type Fault, type FaultyCall } from '../../../../local/stack/faults.ts';
import { callerWith, callOf } from '../emulated-call.ts';

const call = callOf(callerWith([]), { TableName: 'ledger' });

function harness() {
  const faults = createFaults();
  let done = 0;
  const ask = (asked: Partial<FaultyCall> = {}) =>
    faults.pass({ service: 'dynamodb', action: 'PutItem', call, ...asked }, async () => {
      done += 1;
      return { done };
    });
  return { faults, ask, done: () => done };
}

describe('createFaults', () => {
  it('lets everything through until something is to break', async () => {
    expect(await harness().ask()).toEqual({ done: 1 });
  });

  const ways: readonly { how: Fault; service: ServiceName; becomes: object; happens: boolean }[] = [
    { how: 'throttle', service: 'sts', becomes: { code: 'Throttling', statusCode: 400 }, happens: false },
    {
      how: 'throttle',
      service: 'lambda',
      becomes: { code: 'TooManyRequestsException', statusCode: 429 },
      happens: false,
    },
    { how: 'throttle', service: 's3', becomes: { code: 'SlowDown', statusCode: 503 }, happens: false },
    { how: 'unavailable', service: 'kms', becomes: { code: 'ServiceUnavailable', statusCode: 503 }, happens: false },
    { how: 'dropRequest', service: 'sqs', becomes: { name: 'ConnectionReset' }, happens: false },
    { how: 'loseResponse', service: 'sqs', becomes: { name: 'ConnectionReset' }, happens: true },
    {
      how: { code: 'Odd', statusCode: 418 },
      service: 'iam',
      becomes: { code: 'Odd', statusCode: 418 },
      happens: false,
    },
  ];
  it.each(ways)('breaks $service by $how, and what was asked for happens: $happens', async (way) => {
    const { faults, ask, done } = harness();
    faults.breakNext({ service: way.service, times: 1, how: way.how });
    await expect(ask({ service: way.service })).rejects.toMatchObject(way.becomes);
    expect(done()).toBe(way.happens ? 1 : 0);
    await ask({ service: way.service });
    expect(done()).toBe(way.happens ? 2 : 1);
  });

  it('makes a slow call wait and then happen', async () => {
    const { faults, ask, done } = harness();
    faults.breakNext({ service: 'dynamodb', times: 1, how: { slowMs: 20 } });
    const answer = ask();
    expect(done()).toBe(0);
    expect(await answer).toEqual({ done: 1 });
  });

  it('holds a call until it is let go', async () => {
    const { faults, ask, done } = harness();
    const held = Promise.withResolvers<undefined>();
    faults.breakNext({ service: 'dynamodb', times: 1, how: { heldUntil: held.promise } });
    const answer = ask();
    await ask();
    expect(done()).toBe(1);
    held.resolve(undefined);
    expect(await answer).toEqual({ done: 2 });
  });

  it.each([
    { service: 'kms' as const },
    { service: 'dynamodb' as const, action: 'GetItem' },
    { service: 'dynamodb' as const, caller: 'another-role' },
    { service: 'dynamodb' as const, where: ({ TableName }: { TableName?: unknown }) => TableName === 'tenants' },
  ])('breaks no call but those it was planned for: %o', async (narrow) => {
    const { faults, ask } = harness();
    const { hits } = faults.breakNext({ ...narrow, times: 1, how: 'unavailable' });
    await ask();
    expect(hits()).toBe(0);
  });

  it('breaks as often as was planned, counts, and stops when mended', async () => {
    const { faults, ask } = harness();
    const twice = faults.breakNext({ service: 'dynamodb', times: 2, how: 'dropRequest' });
    const forever = faults.breakNext({ service: 'dynamodb', times: Number.POSITIVE_INFINITY, how: 'unavailable' });
    for (let round = 0; round < 2; round += 1) await expect(ask()).rejects.toBeInstanceOf(ConnectionReset);
    for (let round = 0; round < 3; round += 1) await expect(ask()).rejects.toMatchObject({ statusCode: 503 });
    forever.mend();
    await ask();
    expect([twice.hits(), forever.hits()]).toEqual([2, 3]);
  });
});
