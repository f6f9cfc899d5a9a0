import { describe, expect, it } from 'vitest';
import { changeWithRetry } from '../../../lib/onboarding/change-with-retry.ts';
import { isRefusal, refuse } from '../../../lib/onboarding/onboarding-refusal.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryRegistry } from '../../support/tenant-lifecycle/in-memory-registry.ts';

const note = { change: 'tenant.settingsChanged', by: 'ops' } as const;

/** A registry in which others change the tenant that many times, each time between our reading and our writing. */
function registryWithOthers(times: number) {
  const registry = inMemoryRegistry(frozenClock());
  registry.put(aTenant());
  let left = times;
  let reads = 0;
  return {
    registry,
    reads: () => reads,
    port: {
      async readTenant(tenantId: string) {
        const reading = await registry.readTenant(tenantId);
        reads += 1;
        if (left > 0 && reading !== undefined) {
          left -= 1;
          registry.put({ ...reading, tenant: { ...reading.tenant, version: reading.tenant.version + 1 } });
        }
        return reading;
      },
      changeTenant: registry.changeTenant,
    },
  };
}

describe('a change by what was read', () => {
  it('is written, and the tenant given as it stands then, its roles as they were read', async () => {
    const { port, registry, reads } = registryWithOthers(0);
    const changed = await changeWithRetry('acme', () => ({ change: { name: 'New' }, note }), port);
    expect(changed).toMatchObject({ tenant: { name: 'New', version: 4 }, roles: [aRole()] });
    expect(registry.changes).toHaveLength(1);
    expect(reads()).toBe(1);
  });

  it('is none where nothing is to be changed', async () => {
    const { port, registry } = registryWithOthers(0);
    expect(await changeWithRetry('acme', () => 'nothing', port)).toEqual(aTenant());
    expect(registry.changes).toEqual([]);
  });

  it('is refused for a tenant that there is not, which nobody decides on', async () => {
    const { port } = registryWithOthers(0);
    const decide = () => {
      throw new Error('decided on nothing');
    };
    expect(await changeWithRetry('nobody', decide, port)).toEqual({
      refused: 'tenant.unknown',
      explanation: 'no tenant has this id',
    });
  });

  it('is refused as whoever decides refuses it', async () => {
    const { port, registry } = registryWithOthers(0);
    const refusal = refuse('tenant.offboarded', 'the tenant has left');
    expect(await changeWithRetry('acme', async () => refusal, port)).toEqual(refusal);
    expect(registry.changes).toEqual([]);
  });

  it('is refused at once as the registry refuses it, unless its reading was stale', async () => {
    const { port, reads } = registryWithOthers(0);
    const refusal = refuse('tenant.offboarded', 'the tenant has left');
    const changed = await changeWithRetry('acme', () => ({ change: {}, note }), {
      ...port,
      changeTenant: async () => ({ refused: 'tenant.unknown', explanation: refusal.explanation }),
    });
    expect(changed).toEqual({ refused: 'tenant.unknown', explanation: 'the tenant has left' });
    expect(reads()).toBe(1);
  });

  it.each([
    { others: 4, reads: 5, written: true },
    { others: 5, reads: 5, written: false },
  ])('is tried anew while others change the tenant, $others times: written $written', async (expected) => {
    const { port, registry, reads } = registryWithOthers(expected.others);
    const changed = await changeWithRetry('acme', () => ({ change: { name: 'New' }, note }), port);
    expect(isRefusal(changed)).toBe(!expected.written);
    expect(reads()).toBe(expected.reads);
    expect(registry.changes).toHaveLength(expected.written ? 1 : 0);
    if (!expected.written) {
      const explanation = 'the tenant was changed again and again meanwhile; ask again';
      expect(changed).toEqual({ refused: 'registry.stale', explanation });
    }
  });
});

describe('a refusal', () => {
  it('is told from whatever else may be answered, nothing among it', () => {
    expect(isRefusal(refuse('tenant.unknown', 'x'))).toBe(true);
    expect([undefined, {}, aTenant()].map(isRefusal)).toEqual([false, false, false]);
  });
});
