import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Claim, makeClaimCredentials } from '../../../lib/job-runtime/claim-credentials.ts';
import type { JobPayload } from '../../../lib/job-runtime/job-payload.ts';
import { makeSwitches } from '../../../lib/switches/switches.ts';
import { JOB, type JobWorld, START_MS, startJobWorld } from './support/job-world.ts';

let world: JobWorld;

beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.clock.set(START_MS);
  world.dynamo.calls.length = 0;
});

function claim(payload: JobPayload, requestId = 'request-1'): Promise<Claim> {
  return makeClaimCredentials(world.dependencies)(payload, { requestId });
}

async function opened(payload: JobPayload): Promise<unknown> {
  const made = await claim(payload);
  if (!made.claimed) throw new Error(`the claim was refused: ${made.because}`);
  return (await made.open()).reveal();
}

const conditionFailed: Claim = { claimed: false, code: 'claim.refused', because: 'conditionFailed' };
const switchedOff: Claim = { claimed: false, code: 'claim.refused', because: 'switchedOff' };

function updates(): Record<string, unknown>[] {
  return world.dynamo.calls.filter(({ operation }) => operation === 'UpdateItem').map(({ body }) => body);
}

describe('a claim', () => {
  it('opens the envelope, removes the ticket and says who claimed', async () => {
    const { payload, credentials } = await world.issue();
    world.clock.set(START_MS + 1_000);
    expect(await opened(payload)).toEqual(credentials);
    const row = await world.row(payload);
    expect(row).toMatchObject({
      state: 'claimed',
      claim: { atMs: START_MS + 1_000, attempt: 1, by: 'request-1' },
    });
    expect(row).not.toHaveProperty('ticket');
  });

  it('touches no attribute but those that IAM gives a job, in one write and without reading the row', async () => {
    const { payload } = await world.issue();
    world.dynamo.calls.length = 0;
    await claim(payload);
    expect(world.dynamo.calls.map(({ operation }) => operation)).toEqual(['BatchGetItem', 'UpdateItem']);
    const names = Object.values(updates()[0]?.['ExpressionAttributeNames'] ?? {});
    expect(names.sort()).toEqual(['attempt', 'claim', 'state', 'ticket', 'usableUntilMs']);
    expect(updates()[0]).toMatchObject({ ReturnValues: 'UPDATED_OLD', Key: { recordId: { S: payload.issuanceId } } });
    expect(await world.row(payload)).toMatchObject({ tenantId: 'acme', trail: ['not the job’s'] });
  });

  it('succeeds once: the second is refused and changes nothing', async () => {
    const { payload } = await world.issue();
    await claim(payload, 'first');
    const before = await world.row(payload);
    expect(await claim(payload, 'second')).toEqual(conditionFailed);
    expect(await world.row(payload)).toEqual(before);
  });

  it('succeeds exactly once among twenty at the same time', async () => {
    const { payload } = await world.issue();
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim(payload, randomUUID())));
    expect(claims.filter(({ claimed }) => claimed)).toHaveLength(1);
    expect(claims.filter(({ claimed }) => !claimed)).toEqual(Array.from({ length: 19 }, () => conditionFailed));
  });

  it('asks KMS once, and only after the ticket was taken', async () => {
    const { payload } = await world.issue();
    const before = world.kms.calls;
    const made = await claim(payload);
    expect(world.kms.calls).toBe(before);
    if (made.claimed) await made.open();
    expect(world.kms.calls).toBe(before + 1);
  });

  it('leaves no byte of the data key behind', async () => {
    const { payload } = await world.issue();
    await opened(payload);
    expect(world.kms.plaintexts.at(-1)).toEqual(new Uint8Array(32));
  });
});

describe('a claim is refused', () => {
  const rows: readonly { when: string; row: Record<string, unknown> }[] = [
    ...['intended', 'claimed', 'completed', 'failed', 'expired', 'revoked', 'unknown', 'denied', 'refused'].map(
      (state) => ({ when: `the issuance is ${state}, even with a ticket left`, row: { state } }),
    ),
    { when: 'the ticket was removed', row: { ticket: undefined } },
    { when: 'the ticket is of a later attempt', row: { ticket: ticket({ attempt: 2 }) } },
    { when: 'the ticket says no time', row: { ticket: { wrappedKey: new Uint8Array(1), attempt: 1 } } },
    { when: 'the time of the ticket is a text', row: { ticket: { ...ticket({}), usableUntilMs: '9999999999999' } } },
    { when: 'the ticket ended this millisecond', row: { ticket: ticket({ usableUntilMs: START_MS }) } },
    { when: 'the ticket ended', row: { ticket: ticket({ usableUntilMs: START_MS - 1 }) } },
  ];

  function ticket(changes: { attempt?: number; usableUntilMs?: number }): Record<string, unknown> {
    return { wrappedKey: new Uint8Array(64), attempt: 1, usableUntilMs: START_MS + 300_000, ...changes };
  }

  it.each(rows)('when $when', async ({ row }) => {
    const { payload } = await world.issue();
    await world.change(payload, row);
    const before = await world.row(payload);
    const calls = world.kms.calls;
    expect(await claim(payload)).toEqual(conditionFailed);
    expect(await world.row(payload)).toEqual(before);
    expect(world.kms.calls).toBe(calls);
  });

  it('when the row does not exist, and makes none', async () => {
    const { payload } = await world.issue();
    const other = { ...payload, issuanceId: `${JOB}.${'a'.repeat(32)}` };
    expect(await claim(other)).toEqual(conditionFailed);
    expect(await world.row(other)).toEqual({});
  });

  it('when the payload is of an earlier attempt', async () => {
    const { payload } = await world.issue({ attempt: 2 });
    expect(await claim({ ...payload, attempt: 1 })).toEqual(conditionFailed);
  });

  it('from the millisecond on at which it is no longer usable, whatever the payload says', async () => {
    const { payload } = await world.issue();
    world.clock.set(payload.usableUntilMs);
    const forged = { ...payload, usableUntilMs: payload.fenceMs };
    expect(await claim(forged)).toEqual(conditionFailed);
    world.clock.set(payload.usableUntilMs - 1);
    expect(await claim(payload)).toMatchObject({ claimed: true });
  });

  it.each(['global', `job#${JOB}`, 'tenant#acme'])('while %s is switched off, and not after', async (switchId) => {
    const { payload } = await world.issue();
    await world.switchOff(switchId);
    expect(await claim(payload)).toEqual(switchedOff);
    expect(updates()).toEqual([]);
    await world.switchOn(switchId);
    expect(await claim(payload)).toMatchObject({ claimed: true });
  });

  it('never because of the switch of another tenant or job', async () => {
    const { payload } = await world.issue();
    await Promise.all(['tenant#acme-2', 'tenant#acm', 'job#scan'].map(world.switchOff));
    expect(await claim(payload)).toMatchObject({ claimed: true });
  });
});

describe('a claim throws, so that Lambda tries again,', () => {
  it('when the switches cannot be read: unreadable is off', async () => {
    const { payload } = await world.issue();
    const config = { switchesTable: 'no-such-table' };
    const switches = makeSwitches({ dynamo: world.admin, clock: world.clock, config });
    const claimBlind = makeClaimCredentials({ ...world.dependencies, switches });
    await expect(claimBlind(payload, { requestId: 'r' })).rejects.toMatchObject({
      code: 'store.unavailable',
      retryable: true,
    });
    expect(await world.row(payload)).toMatchObject({ state: 'issued' });
  });

  it('when the ledger throttles it, after one call, and the next invocation can claim', async () => {
    const { payload } = await world.issue();
    world.dynamo.calls.length = 0;
    world.dynamo.breakNext('UpdateItem', ['throttle']);
    await expect(claim(payload)).rejects.toMatchObject({ code: 'store.busy', retryable: true });
    expect(updates()).toHaveLength(1);
    expect(await claim(payload)).toMatchObject({ claimed: true });
  });

  it('when the request is lost, and the next invocation can claim', async () => {
    const { payload } = await world.issue();
    world.dynamo.breakNext('UpdateItem', ['loseRequest']);
    await expect(claim(payload)).rejects.toMatchObject({ code: 'store.unavailable', retryable: true });
    expect(await claim(payload)).toMatchObject({ claimed: true });
  });

  it('when the response is lost; then nobody ever opens the envelope', async () => {
    const { payload } = await world.issue();
    world.dynamo.calls.length = 0;
    world.dynamo.breakNext('UpdateItem', ['loseResponse']);
    await expect(claim(payload)).rejects.toMatchObject({ code: 'store.unavailable', retryable: true });
    expect(updates()).toHaveLength(1);
    expect(await claim(payload)).toEqual(conditionFailed);
    expect(await world.row(payload)).toMatchObject({ state: 'claimed' });
  });

  it('without the client’s own error, which holds the whole response', async () => {
    const { payload } = await world.issue();
    world.dynamo.breakNext('UpdateItem', ['loseResponse']);
    const error: unknown = await claim(payload).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'BrokerError', detail: {} });
    expect(error).not.toHaveProperty('$metadata');
    expect(error instanceof Error ? error.cause : 'none').toBeUndefined();
  });
});
