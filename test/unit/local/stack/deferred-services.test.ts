import { describe, expect, it } from 'vitest';
import { ServiceError, serviceOf } from '../../../../local/service.ts';
import { type AnsweredCall, createDeferredServices } from '../../../../local/stack/deferred-services.ts';
import { callerWith, callOf } from '../emulated-call.ts';

const call = callOf(callerWith([]), {});
const nothing = serviceOf({});

function harness() {
  const answered: AnsweredCall[] = [];
  const deferred = createDeferredServices((each) => answered.push(each));
  const sqs = serviceOf({
    Works: () => ({ done: true }),
    Refuses: () => {
      throw new ServiceError('AccessDenied', 403, 'no');
    },
    Breaks: () => {
      throw new TypeError('a bug');
    },
  });
  const provide = () =>
    deferred.provide({
      sts: nothing,
      iam: nothing,
      dynamodb: nothing,
      events: nothing,
      kms: nothing,
      cloudtrail: nothing,
      lambda: nothing,
      s3: nothing,
      sqs,
    });
  const ask = (action: string) => deferred.served['sqs']?.service(action, call);
  return { answered, provide, ask };
}

describe('createDeferredServices', () => {
  it('tells a request that comes too early to try again', async () => {
    await expect(harness().ask('Works')).rejects.toMatchObject({ code: 'ServiceUnavailable', statusCode: 503 });
  });

  it('hands on answers and errors, and tells of both', async () => {
    const { answered, provide, ask } = harness();
    provide();
    expect(await ask('Works')).toEqual({ done: true });
    await expect(ask('Refuses')).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(ask('Breaks')).rejects.toBeInstanceOf(TypeError);
    expect(answered.map(({ action, errorCode }) => [action, errorCode])).toEqual([
      ['Works', undefined],
      ['Refuses', 'AccessDenied'],
      ['Breaks', 'InternalFailure'],
    ]);
  });
});
