import { type IssuanceIn, issuanceIdOf } from '../../../lib/ledger/issuance.ts';
import { openIntended } from '../../../lib/ledger/issuance-intents.ts';
import { issued, released, ticketRemoved } from '../../../lib/ledger/issuance-transitions.ts';
import { START_MS } from '../../support/frozen-clock.ts';

/** One issuance at each turn of its life: what the tests of its changes begin with. */
export const at = START_MS;
const requestId = `req_${'a'.repeat(32)}`;
const accountId = '222222222222';
export const recordId = issuanceIdOf({ requestId, job: 'scan-account', accountId });
export const identity = { recordId, requestId, tenantId: 'acme', accountId, job: 'scan-account', requester: 'scans' };
export const refusal = { reason: 'tenant.suspended', explanation: 'off' } as const;
const roleArn = `arn:aws:iam::${accountId}:role/credential-broker/scanner`;
export const grounds = { owner: 'owner-1', roleArn, tenantVersion: 3, roleVersion: 2, inputSha256: 'a'.repeat(64) };
export const session = {
  accessKeyId: 'ASIA0000000000000001',
  assumedRoleId: 'AROA:s',
  stsRequestId: 'sts-1',
  issuedAtMs: at,
  expiresAtMs: at + 900_000,
};
const ticket = { wrappedKey: new Uint8Array([1, 2, 3]), attempt: 1, usableUntilMs: at + 300_000 };
export const facts = { ...session, fenceMs: at + 600_000, policySha256: 'b'.repeat(64), ticket };

/** Made anew for each test, so that what is made belongs to the test that made it. */
export function lives() {
  const intended = openIntended(identity, grounds, at);
  const throttled = released(
    intended,
    { code: 'sts.unavailable', resume: 'call', outcome: 'open', retryAtMs: at + 1 },
    at,
  );
  const lost = released(
    intended,
    { code: 'sts.outcomeUnknown', resume: 'attempt', outcome: 'unknown', retryAtMs: at + 1 },
    at,
  );
  const dropped = released(
    intended,
    { code: 'seal.failed', resume: 'attempt', outcome: 'undelivered', retryAtMs: at + 1, session },
    at,
  );
  const issuedOne = issued(intended, facts, at);
  const undelivered = ticketRemoved(issuedOne, {
    type: 'undelivered',
    code: 'job.busy',
    dueAtMs: at + 1,
    atMs: at,
  });
  const unclaimed = ticketRemoved(issuedOne, { type: 'ticketRemoved', dueAtMs: at + 1, atMs: at });
  const claimed = claim(issuedOne);
  const completed: IssuanceIn<'completed'> = {
    ...claimed,
    state: 'completed',
    report: { atMs: at, attempt: 1, outcome: 'completed', summary: '{}' },
  };

  const runFailed: IssuanceIn<'failed'> = {
    ...claimed,
    state: 'failed',
    report: { atMs: at, attempt: 1, outcome: 'failed', code: 'job.threw' },
  };

  const inCallersHands = { ...issuedOne, delivery: 'caller' as const };
  return {
    intended,
    throttled,
    lost,
    dropped,
    issuedOne,
    undelivered,
    unclaimed,
    claimed,
    completed,
    runFailed,
    inCallersHands,
  };
}

export type Lives = ReturnType<typeof lives>;

/** What the job does, which the broker has no function for. */
function claim({ ticket: _ticket, ...rest }: IssuanceIn<'issued'>): IssuanceIn<'claimed'> {
  return { ...rest, state: 'claimed', claim: { atMs: at, attempt: 1, by: 'request' } };
}
