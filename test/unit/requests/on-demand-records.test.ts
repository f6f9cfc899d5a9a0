import { describe, expect, it } from 'vitest';
import { brokerRecordBody } from '../../../lib/requests/broker-record.ts';
import { parseQueueMessage } from '../../../lib/requests/parse-request.ts';
import type { FunctionUrlOrigin, InvokeOrigin } from '../../../lib/requests/request.ts';
import { plainDetail } from '../../support/queue-message.ts';

const byUrl: FunctionUrlOrigin = {
  kind: 'functionUrl',
  account: '111111111111',
  principalArn: 'arn:aws:iam::111111111111:role/support',
  requestId: 'request-1',
  timeMs: 1_000,
};
const byAlias: InvokeOrigin = { kind: 'invoke', alias: 'billing', requestId: 'request-1', timeMs: 1_000 };

describe('a request on demand, from the queue', () => {
  it.each([byUrl, byAlias, { ...byAlias, alias: '$LATEST' }])('is read with where it came from: %j', (origin) => {
    const body = brokerRecordBody({ brokerRecord: 'onDemand', origin, detail: plainDetail });
    expect(parseQueueMessage(body)).toEqual({ read: true, message: { kind: 'request', origin, detail: plainDetail } });
  });

  it('that says something else of where it came from is believed nothing of it', () => {
    const detail = { ...plainDetail, origin: byAlias };
    const body = brokerRecordBody({ brokerRecord: 'onDemand', origin: byUrl, detail });
    expect(parseQueueMessage(body)).toMatchObject({
      read: false,
      origin: byUrl,
      refusal: { reason: 'request.fieldNotAllowed' },
      claimed: { tenantId: 'acme' },
    });
  });

  it.each([null, [], 'text', { version: 2 }, JSON.parse('{"__proto__":{"version":1}}')])(
    'whose detail is %j is illegible, under its own origin',
    (detail) => {
      const body = brokerRecordBody({ brokerRecord: 'onDemand', origin: byUrl, detail });
      expect(parseQueueMessage(body)).toMatchObject({ read: false, origin: byUrl });
    },
  );

  it.each([
    { ...byUrl, kind: 'event' },
    { ...byUrl, kind: 'invoke' },
    { ...byUrl, alias: 'billing' },
    { ...byUrl, principalArn: null },
    { ...byUrl, principalArn: '' },
    { ...byUrl, account: '1' },
    { ...byAlias, alias: 'a b' },
    { ...byAlias, alias: '' },
    { ...byAlias, timeMs: 'now' },
    { ...byAlias, requestId: '' },
    null,
  ])('with the origin %j is no message of ours', (origin) => {
    const body = JSON.stringify({ brokerRecord: 'onDemand', origin, detail: plainDetail });
    const reading = parseQueueMessage(body);
    expect(reading).toMatchObject({ read: false, refusal: { reason: 'request.malformed' } });
    expect(reading).not.toHaveProperty('origin');
  });
});
