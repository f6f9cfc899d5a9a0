import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { makeTellOnBus } from '../../../lib/platform/broker-events.ts';

/** A bus that answers so; `put` is what it was given. */
function bus(answer: { readonly status: number; readonly body: object }) {
  const put: unknown[] = [];
  const events = new EventBridgeClient({
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    requestHandler: {
      async handle(request: { readonly body?: Uint8Array }) {
        put.push(JSON.parse(new TextDecoder().decode(request.body)));
        const headers = { 'content-type': 'application/x-amz-json-1.1' };
        const body = Buffer.from(JSON.stringify(answer.body));
        return { response: { statusCode: answer.status, headers, body } };
      },
    },
  });
  return { tell: makeTellOnBus({ events, config: { busName: 'credential-broker-dev' } }), put };
}

const event = { detailType: 'TrustChanged', detail: { tenantId: 'acme' } };

describe('telling on the bus', () => {
  it('puts one entry, under the broker’s own source', async () => {
    const { tell, put } = bus({ status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: '1' }] } });
    await tell(event);
    expect(put).toEqual([
      {
        Entries: [
          {
            EventBusName: 'credential-broker-dev',
            Source: 'credential-broker',
            DetailType: 'TrustChanged',
            Detail: '{"tenantId":"acme"}',
          },
        ],
      },
    ]);
  });

  it.each([
    ['an entry that was not taken', 200, { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] }],
    ['an answer that says nothing', 200, {}],
    ['a refusal', 400, { __type: 'AccessDeniedException', message: 'no' }],
  ])('breaks for %s', async (_, status, body) => {
    await expect(bus({ status, body }).tell(event)).rejects.toMatchObject({ code: 'store.unavailable' });
  });
});
