import { describe, expect, it } from 'vitest';
import { isHeldBack, mustHavePlace, readInPlace, workInPlace } from '../../../lib/broker/place.ts';
import { BrokerError, type ErrorCode } from '../../../lib/errors.ts';
import type { Leaving, Limits, Place } from '../../../lib/limits/limits.ts';
import { brokerIn, plainWorld } from '../../support/broker-world.ts';

const wanted = { tenantId: 'acme', calls: 1 };
const heldBack = { code: 'tenant.rateLimited', explanation: 'not now' } as const;
const away = new BrokerError('store.unavailable', 'away');

/** A place that remembers how it was left, and limits that give it. */
function aPlace(change: Partial<Limits> = {}) {
  const left: Leaving[] = [];
  const place: Place = { leave: async (how) => void left.push(how) };
  const { limits: plain } = brokerIn(plainWorld).dependencies();
  const limits: Limits = { ...plain, knownToHold: () => undefined, enter: async () => place, ...change };
  return { left, place, limits };
}

describe('reading in a place', () => {
  it('gives what was read, and the place, which is kept', async () => {
    const { left, place, limits } = aPlace();
    expect(await readInPlace(wanted, async () => 'read', { limits })).toEqual({ read: 'read', place });
    expect(left).toEqual([]);
  });

  it('asks for no place for who may have none, and leaves none', async () => {
    const { limits } = aPlace({ enter: () => Promise.reject(away), knownToHold: () => heldBack });
    const { read, place } = await readInPlace(undefined, async () => 'read', { limits });
    expect(read).toBe('read');
    expect(() => mustHavePlace(place)).not.toThrow();
    expect(await place.leave({ calls: 0, goesBack: false })).toBeUndefined();
  });

  it('does not read for what is known to be held back', async () => {
    const { limits } = aPlace({ knownToHold: () => heldBack });
    let reads = 0;
    const reading = readInPlace(wanted, async () => ++reads, { limits });
    await expect(reading).rejects.toMatchObject({ code: 'tenant.rateLimited', message: 'not now' });
    expect(reads).toBe(0);
  });

  it('gives the place back, for the message to come again, where nothing could be read', async () => {
    const { left, limits } = aPlace();
    await expect(readInPlace(wanted, () => Promise.reject(away), { limits })).rejects.toBe(away);
    expect(left).toEqual([{ calls: 0, goesBack: true }]);
  });

  it.each([
    ['the place', async () => 'read', away],
    ['the reading, before the place', () => Promise.reject(heldBack), heldBack],
  ])('fails by %s', async (_, read, error) => {
    const { limits } = aPlace({ enter: () => Promise.reject(away) });
    await expect(readInPlace(wanted, read, { limits })).rejects.toBe(error);
  });
});

describe('work in a place', () => {
  const call = brokerIn(plainWorld).dependencies();
  const input = { roleArn: 'arn', sessionName: 's', durationSeconds: 900, policy: '{}' };

  it.each<[string, ((result: number) => boolean) | undefined, boolean]>([
    ['unless it is asked, not to come again', undefined, false],
    ['to come again, as its result says', (result) => result === 2, true],
    ['not to come again, as its result says', (result) => result === 3, false],
  ])('counts its calls to STS, and leaves %s', async (_, goesBack, comesAgain) => {
    const { left, place } = aPlace();
    const result = await workInPlace(
      { place, broker: call },
      async ({ assumeTenantRole }) => [await assumeTenantRole(input), await assumeTenantRole(input)].length,
      goesBack,
    );
    expect(result).toBe(2);
    expect(left).toEqual([{ calls: 2, goesBack: comesAgain }]);
  });

  it.each<[string, (() => boolean) | undefined, boolean]>([
    ['to come again, where there is a message', () => false, true],
    ['not to come again, where there is none', undefined, false],
  ])('leaves %s when it throws', async (_, goesBack, comesAgain) => {
    const { left, place } = aPlace();
    await expect(workInPlace({ place, broker: call }, () => Promise.reject(away), goesBack)).rejects.toBe(away);
    expect(left).toEqual([{ calls: 0, goesBack: comesAgain }]);
  });

  it('is not begun without a place', () => {
    const { place } = aPlace();
    expect(() => mustHavePlace({ ...place, heldBack })).toThrow(new BrokerError('tenant.rateLimited', 'not now'));
    expect(() => mustHavePlace(place)).not.toThrow();
  });

  it.each<[ErrorCode, boolean]>([
    ['tenant.rateLimited', true],
    ['requester.rateLimited', true],
    ['sts.heldBack', true],
    ['store.unavailable', false],
  ])('that is over by %s was held back: %s', (code, held) => {
    expect(isHeldBack(new BrokerError(code, 'x'))).toBe(held);
    expect(isHeldBack(Object.assign(new Error('x'), { code }))).toBe(false);
  });
});
