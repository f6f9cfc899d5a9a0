import {
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../local/service.ts';
import { type Fixture, startFixture } from './stack-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.server.close());
beforeEach(() => {
  fixture.calls.length = 0;
  fixture.answer = () => ({ StatusCode: 200 });
});

const invoke = (input: InvokeCommandInput) => new LambdaClient(fixture.clientSettings()).send(new InvokeCommand(input));
const arn = 'arn:aws:lambda:eu-west-1:111111111111:function:f';

describe('Lambda Invoke', () => {
  it.each<[InvokeCommandInput, Record<string, unknown>]>([
    [{ FunctionName: 'f' }, { FunctionName: 'f', InvocationType: 'RequestResponse', Payload: Buffer.from('') }],
    [
      { FunctionName: arn, InvocationType: 'Event', Payload: '{"a":"ä"}', Qualifier: 'live' },
      { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from('{"a":"ä"}'), Qualifier: 'live' },
    ],
    [
      { FunctionName: 'f', LogType: 'Tail', ClientContext: 'e30=' },
      {
        FunctionName: 'f',
        InvocationType: 'RequestResponse',
        LogType: 'Tail',
        ClientContext: 'e30=',
        Payload: Buffer.from(''),
      },
    ],
  ])('gives the service %j', async (given, expected) => {
    await invoke(given);
    expect(fixture.calls[0]).toMatchObject({ action: 'Invoke' });
    expect(fixture.calls[0]?.call.input).toEqual(expected);
  });

  it.each([200, 202, 204])('gives the client status %d and what goes with it', async (StatusCode) => {
    const Payload = Buffer.from(StatusCode === 200 ? '{"ok":true}' : '');
    fixture.answer = () => ({ StatusCode, ExecutedVersion: '$LATEST', FunctionError: 'Unhandled', Payload });
    const answer = await invoke({ FunctionName: 'f' });
    expect(answer).toMatchObject({ StatusCode, ExecutedVersion: '$LATEST', FunctionError: 'Unhandled' });
    expect(Buffer.from(answer.Payload ?? []).toString()).toBe(Payload.toString());
  });

  it('tells an error by its class', async () => {
    fixture.answer = () => {
      throw new ServiceError('ResourceNotFoundException', 404, 'no such function');
    };
    const error: unknown = await invoke({ FunctionName: 'f' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error).toMatchObject({ message: 'no such function', Type: 'User' });
  });

  it('is all there is of Lambda', async () => {
    const error: unknown = await new LambdaClient(fixture.clientSettings())
      .send(new ListFunctionsCommand({}))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'UnknownOperationException', $metadata: { httpStatusCode: 404 } });
  });
});
