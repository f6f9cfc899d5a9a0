import type { Clock } from '../platform/clock.ts';
import type { Tenant, TenantReading } from '../tenants/tenant.ts';
import type { TenantRegistry } from '../tenants/tenant-registry.ts';
import { changeWithRetry } from './change-with-retry.ts';
import { isRefusal, type OnboardingRefusal, refuse } from './onboarding-refusal.ts';
import { rotationView, type Takes, takenBy } from './rotation-view.ts';
import type { AskedOfTenant, ExternalIdRotation, RotationState, VerifyTenant } from './tenant-lifecycle.ts';

export type RotationDependencies = {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'changeTenant' | 'newExternalId'>;
  readonly verify: VerifyTenant;
  readonly clock: Clock;
};

const DAY_MS = 24 * 60 * 60_000;
const DEADLINE_DAYS = { least: 1, usual: 30, most: 90 } as const;
/** How long the result of a probe counts: a tenant may have more roles than one verification can reach. */
const PROOF_GOOD_FOR_MS = 15 * 60_000;
const NAMED_ROLES = 10;

/**
 * Replaces a tenant's external ID without an outage. While the tenant has two of them, each role is assumed with the
 * one that it was last seen to take and, after a denial, with the other; so one of them works, however far the
 * customer has come. One of the two is given up only when fresh probes show that every role takes the other **and
 * refuses this one**: a role that still takes both may stop taking either at any time.
 */
export function makeExternalIdRotation(dependencies: RotationDependencies): ExternalIdRotation {
  const { registry } = dependencies;
  return {
    start: (asked) => start(asked, dependencies),
    async status(tenantId) {
      const reading = await registry.readTenant(tenantId);
      return reading === undefined ? refuse('tenant.unknown', 'no tenant has this id') : stateOf(reading);
    },
    finish: (asked) => end(asked, FINISH, dependencies),
    abandon: (asked) => end(asked, ABANDON, dependencies),
  };
}

async function start(
  { tenantId, by, deadlineDays = DEADLINE_DAYS.usual }: Parameters<ExternalIdRotation['start']>[0],
  { registry, clock }: RotationDependencies,
): Promise<RotationState | OnboardingRefusal> {
  const { least, most } = DEADLINE_DAYS;
  if (!Number.isSafeInteger(deadlineDays) || deadlineDays < least || deadlineDays > most) {
    return refuse('request.fieldInvalid', `deadlineDays: expected a whole number from ${least} to ${most}`);
  }
  const reading = await registry.readTenant(tenantId);
  if (reading === undefined) return refuse('tenant.unknown', 'no tenant has this id');
  const possible = currentOf(reading.tenant);
  if (isRefusal(possible)) return possible;
  const next = await registry.newExternalId(tenantId);
  if (next === undefined) return withoutExternalId('a dedicated deployment uses no external ID');
  const startedAtMs = clock.nowMs();
  const rotation = { startedAtMs, deadlineMs: startedAtMs + deadlineDays * DAY_MS, by };
  const started = await changeWithRetry(
    tenantId,
    ({ tenant }) => {
      const now = currentOf(tenant);
      if (isRefusal(now)) return now;
      return { change: { externalIds: { ...now, next }, rotation }, note: { change: 'rotation.started', by } };
    },
    registry,
  );
  return isRefusal(started) ? started : stateOf(started);
}

/** The external ID that a rotation would start from. */
function currentOf({ status, rotation, externalIds }: Tenant): { readonly current: string } | OnboardingRefusal {
  if (status === 'offboarded') return refuse('tenant.offboarded', 'the tenant has left');
  if (rotation !== undefined) return refuse('tenant.rotating', 'finish the rotation that goes on, or abandon it');
  if (externalIds === undefined) return withoutExternalId('the tenant has no external ID');
  return { current: externalIds.current };
}

function withoutExternalId(explanation: string): OnboardingRefusal {
  return refuse('rotation.noExternalId', explanation);
}

type Ending = {
  readonly change: 'rotation.finished' | 'rotation.abandoned';
  /** The external ID that every role must take, while it refuses the other. */
  readonly mustTake: Extract<Takes, 'current' | 'next'>;
};
const FINISH: Ending = { change: 'rotation.finished', mustTake: 'next' };
const ABANDON: Ending = { change: 'rotation.abandoned', mustTake: 'current' };

async function end(
  asked: AskedOfTenant,
  ending: Ending,
  { registry, verify, clock }: RotationDependencies,
): Promise<RotationState | OnboardingRefusal> {
  const before = await registry.readTenant(asked.tenantId);
  if (before === undefined) return refuse('tenant.unknown', 'no tenant has this id');
  if (before.tenant.rotation === undefined) return notRotating(before.tenant);
  await verify(asked);
  const ended = await changeWithRetry(
    asked.tenantId,
    (reading) => {
      const { tenant } = reading;
      // The rotation that was meant is over, and somebody else has begun another one.
      if (tenant.rotation?.startedAtMs !== before.tenant.rotation?.startedAtMs) return notRotating(tenant);
      const kept = tenant.externalIds?.[ending.mustTake];
      if (kept === undefined) return notRotating(tenant);
      const unproven = notShown(reading, ending.mustTake, clock.nowMs());
      if (unproven !== undefined) return unproven;
      const change = { externalIds: { current: kept }, rotation: null };
      return { change, note: { change: ending.change, by: asked.by } };
    },
    registry,
  );
  return isRefusal(ended) ? ended : stateOf(ended);
}

function notRotating({ lastChange }: Tenant): OnboardingRefusal {
  const last = lastChange?.change.startsWith('rotation.') ? `; the last change is ${lastChange.change}` : '';
  return refuse('tenant.notRotating', `no rotation goes on${last}`);
}

/** Refuses when some role was not shown to take the one and refuse the other. Undefined when there is none. */
function notShown({ tenant, roles }: TenantReading, mustTake: Takes, nowMs: number): OnboardingRefusal | undefined {
  const lacking = roles.flatMap((role) => {
    const isFresh = nowMs - (role.verifiedAtMs ?? 0) <= PROOF_GOOD_FOR_MS;
    const takes = isFresh ? takenBy(role, tenant) : 'unproven';
    return takes === mustTake ? [] : [`${role.roleArn} (${takes})`];
  });
  if (lacking.length === 0) return undefined;
  const more = lacking.length > NAMED_ROLES ? `, and ${lacking.length - NAMED_ROLES} more` : '';
  const named = lacking.slice(0, NAMED_ROLES).join(', ');
  return refuse('rotation.notProven', `each role must take the ${mustTake} external ID alone: ${named}${more}`);
}

function stateOf(reading: TenantReading): RotationState {
  return { view: rotationView(reading), tenant: reading.tenant };
}
