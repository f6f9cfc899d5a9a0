import { describe, expect, it } from 'vitest';
import { isHeldBack, readAndAcquire, requirePermit, workUnderPermit } from '../../../lib/broker/permit.ts';
import { BrokerError, type ErrorCode } from '../../../lib/errors.ts';
import type { Limits, Permit, PermitUse } from '../../../lib/limits/limits.ts';
import { brokerIn, plainWorld } from '../../support/broker-world.ts';

const workload = { tenantId: 'acme', calls: 1 };
const heldBack = { code: 'tenant.rateLimited', explanation: 'not now' } as const;
const away = new BrokerError('store.unavailable', 'away');

/** A permit that remembers how it was released, and limits that give it. */
function aPermit(change: Partial<Limits> = {}) {
  const released: PermitUse[] = [];
  const permit: Permit = { release: async (how) => void released.push(how) };
  const { limits: plain } = brokerIn(plainWorld).dependencies();
  const limits: Limits = { ...plain, knownHeldBack: () => undefined, acquire: async () => permit, ...change };
  return { released, permit, limits };
}

describe('reading while a permit is acquired', () => {
  it('gives what was read, and the permit, which is kept', async () => {
    const { released, permit, limits } = aPermit();
    expect(await readAndAcquire(workload, async () => 'read', { limits })).toEqual({ read: 'read', permit });
    expect(released).toEqual([]);
  });

  it('asks for no permit for who may have none, and releases none', async () => {
    const { limits } = aPermit({ acquire: () => Promise.reject(away), knownHeldBack: () => heldBack });
    const { read, permit } = await readAndAcquire(undefined, async () => 'read', { limits });
    expect(read).toBe('read');
    expect(() => requirePermit(permit)).not.toThrow();
    expect(await permit.release({ calls: 0, goesBack: false })).toBeUndefined();
  });

  it('does not read for what is known to be held back', async () => {
    const { limits } = aPermit({ knownHeldBack: () => heldBack });
    let reads = 0;
    const reading = readAndAcquire(workload, async () => ++reads, { limits });
    await expect(reading).rejects.toMatchObject({ code: 'tenant.rateLimited', message: 'not now' });
    expect(reads).toBe(0);
  });

  it('gives the permit back, for the message to come again, where nothing could be read', async () => {
    const { released, limits } = aPermit();
    await expect(readAndAcquire(workload, () => Promise.reject(away), { limits })).rejects.toBe(away);
    expect(released).toEqual([{ calls: 0, goesBack: true }]);
  });

  it.each([
    ['the permit', async () => 'read', away],
    ['the reading, before the permit', () => Promise.reject(heldBack), heldBack],
  ])('fails by %s', async (_, read, error) => {
    const { limits } = aPermit({ acquire: () => Promise.reject(away) });
    await expect(readAndAcquire(workload, read, { limits })).rejects.toBe(error);
  });
});

describe('work under a permit', () => {
  const call = brokerIn(plainWorld).dependencies();
  const input = { roleArn: 'arn', sessionName: 's', durationSeconds: 900, policy: '{}' };

  it.each<[string, ((result: number) => boolean) | undefined, boolean]>([
    ['unless it is asked, not to come again', undefined, false],
    ['to come again, as its result says', (result) => result === 2, true],
    ['not to come again, as its result says', (result) => result === 3, false],
  ])('counts its calls to STS, and releases it %s', async (_, goesBack, comesAgain) => {
    const { released, permit } = aPermit();
    const result = await workUnderPermit(
      { permit, broker: call },
      async ({ assumeTenantRole }) => [await assumeTenantRole(input), await assumeTenantRole(input)].length,
      goesBack,
    );
    expect(result).toBe(2);
    expect(released).toEqual([{ calls: 2, goesBack: comesAgain }]);
  });

  it.each<[string, (() => boolean) | undefined, boolean]>([
    ['to come again, where there is a message', () => false, true],
    ['not to come again, where there is none', undefined, false],
  ])('releases it %s when it throws', async (_, goesBack, comesAgain) => {
    const { released, permit } = aPermit();
    await expect(workUnderPermit({ permit, broker: call }, () => Promise.reject(away), goesBack)).rejects.toBe(away);
    expect(released).toEqual([{ calls: 0, goesBack: comesAgain }]);
  });

  it('is not begun without a permit', () => {
    const { permit } = aPermit();
    expect(() => requirePermit({ ...permit, heldBack })).toThrow(new BrokerError('tenant.rateLimited', 'not now'));
    expect(() => requirePermit(permit)).not.toThrow();
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
