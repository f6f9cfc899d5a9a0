import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestIdOf } from '../../../lib/ledger/request-id.ts';
import { malformedRequestRecord } from '../../../lib/ledger/request-record.ts';
import { derivedId } from '../../../lib/platform/ids.ts';
import { requestRecordId } from '../../../lib/platform/table-keys.ts';
import type { RequestOrigin } from '../../../lib/requests/request.ts';

type Asked = { readonly origin: RequestOrigin; readonly idempotencyKey: string | undefined };

/** So few, that parts of different kinds are often the same text. */
const part = fc.constantFrom('a', 'aa', 'event', 'key');
const timeMs = fc.constantFrom(0, 1);
const origin: fc.Arbitrary<RequestOrigin> = fc.oneof(
  fc.record({ kind: fc.constant('event' as const), account: part, source: part, eventId: part, timeMs }),
  fc.record({ kind: fc.constant('functionUrl' as const), account: part, principalArn: part, requestId: part, timeMs }),
  fc.record({ kind: fc.constant('invoke' as const), alias: part, requestId: part, timeMs }),
);
const asked: fc.Arbitrary<Asked> = fc.record({ origin, idempotencyKey: fc.option(part, { nil: undefined }) });

function idOf({ origin: from, idempotencyKey }: Asked): string {
  const detail = idempotencyKey === undefined ? {} : { idempotencyKey };
  return requestIdOf({ origin: from, detail, brokerAccountId: '111111111111' });
}

/** What makes a request another one, written as no hash would. */
function identityOf({ origin: from, idempotencyKey }: Asked): string {
  const { timeMs: _time, ...who } = from;
  if (idempotencyKey === undefined) return JSON.stringify(who);
  const { eventId: _event, requestId: _request, ...sender } = { eventId: '', requestId: '', ...who };
  return JSON.stringify([sender, idempotencyKey]);
}

describe('the id of a request', () => {
  it('is the same for the same request, and another for every other of any kind', () => {
    fc.assert(
      fc.property(asked, asked, (left, right) => {
        expect(idOf(left) === idOf(right)).toBe(identityOf(left) === identityOf(right));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is no id of an illegible one', () => {
    fc.assert(
      fc.property(asked, origin, (legible, from) => {
        const illegible = malformedRequestRecord({
          origin: from,
          requester: undefined,
          claimed: {},
          refusal: { reason: 'request.malformed', explanation: '' },
          body: '',
          nowMs: 0,
        });
        expect(illegible.recordId).not.toBe(idOf(legible));
      }),
    );
  });

  it('has not changed for events since there were only those', () => {
    const from = { kind: 'event', account: '1', source: 's', eventId: 'e', timeMs: 0 } as const;
    const idAsBefore = (...identity: readonly string[]) =>
      requestRecordId(derivedId(['request', '111111111111', '1', 's', ...identity]));
    expect(idOf({ origin: from, idempotencyKey: undefined })).toBe(idAsBefore('event', 'e'));
    expect(idOf({ origin: from, idempotencyKey: 'k' })).toBe(idAsBefore('key', 'k'));
  });
});
