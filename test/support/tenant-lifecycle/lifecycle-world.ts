import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import type { TenantIssuances } from '../../../lib/ledger/tenant-issuances.ts';
import { makeOffboardTenant } from '../../../lib/onboarding/offboard-tenant.ts';
import { makeResumeTenant } from '../../../lib/onboarding/resume-tenant.ts';
import { makeSuspendTenant } from '../../../lib/onboarding/suspend-tenant.ts';
import { switchIds } from '../../../lib/platform/table-keys.ts';
import type { Suspensions } from '../../../lib/switches/suspensions.ts';
import type { SwitchedOff } from '../../../lib/switches/switches.ts';
import { aTenant } from '../a-tenant.ts';
import { frozenClock } from '../frozen-clock.ts';
import { inMemoryLedger } from '../in-memory-ledger.ts';
import { crashes } from './crashes.ts';
import { inMemoryRegistry } from './in-memory-registry.ts';

/** A tenant `acme` with one trusted role, and what suspends, resumes and offboards it, in memory. */
export function lifecycleWorld() {
  const clock = frozenClock();
  const registry = inMemoryRegistry(clock);
  const ledger = inMemoryLedger();
  const rows = new Map<string, SwitchedOff>();
  const steps = crashes();
  /** Ids that the index does not show yet. */
  const unseen = new Set<string>();
  registry.put(aTenant());

  const suspensions: Suspensions = {
    read: async (tenantId) => rows.get(switchIds.tenant(tenantId)),
    async suspend(tenantId, why) {
      const switchId = switchIds.tenant(tenantId);
      const row = rows.get(switchId) ?? { switchId, sinceMs: clock.nowMs(), ...why };
      rows.set(switchId, row);
      return row;
    },
    async lift(row) {
      const there = rows.get(row.switchId);
      if (there !== undefined && there.sinceMs !== row.sinceMs) return false;
      rows.delete(row.switchId);
      return true;
    },
  };
  const index: { query: TenantIssuances } = {
    query: async ({ tenantId, sinceMs }) =>
      [...ledger.items]
        .filter(
          ([id, item]) => item['tenantId'] === tenantId && Number(item['recordedAtMs']) >= sinceMs && !unseen.has(id),
        )
        .map(([id]) => id),
  };

  const dependencies = {
    registry: steps.wrap('registry', registry),
    suspensions: steps.wrap('suspensions', suspensions),
    ledger: steps.wrap('ledger', ledger),
    tenantIssuances: steps.wrap('index', index).query,
    catalogue: jobCatalogue,
    clock,
    pause: async (milliseconds: number) => {
      clock.advance(milliseconds);
      unseen.clear();
    },
  };
  const suspend = makeSuspendTenant(dependencies);
  return {
    clock,
    registry,
    ledger,
    rows,
    steps,
    unseen,
    dependencies,
    suspend: () => suspend({ tenantId: 'acme', by: 'arn:aws:iam::111111111111:role/ops', reason: 'an incident' }),
    resume: () => makeResumeTenant(dependencies)({ tenantId: 'acme', by: 'ops', reason: 'it is over' }),
    offboard: () => makeOffboardTenant({ ...dependencies, suspend })({ tenantId: 'acme', by: 'ops', reason: 'left' }),
  };
}
export type LifecycleWorld = ReturnType<typeof lifecycleWorld>;
