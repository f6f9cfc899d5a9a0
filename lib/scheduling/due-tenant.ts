import type { Requester } from '../requests/requester.ts';
import type { SlotTenant } from '../tenants/tenants-in-slot.ts';

/** One time that a schedule comes round: when it did, and when it did before. */
export type WindowTimes = {
  readonly startMs: number;
  /** Undefined: it never did, or somebody wants it now, whoever ran when. */
  readonly previousStartMs?: number | undefined;
};

const HOUR_MS = 3_600_000;

/**
 * Is a request made for this tenant in this window? Pure. Only what would be refused anyway, or what the tenant's own
 * schedule says, keeps one away; whether it may run is decided when the request is, from consistent readings.
 */
export function isDue(
  tenant: SlotTenant,
  { job, tenants, window }: { readonly job: string; readonly window: WindowTimes } & Pick<Requester, 'tenants'>,
): boolean {
  if (tenant.status !== 'active' || !tenant.enabledJobs.includes(job)) return false;
  if (tenants !== 'all' && !tenants.includes(tenant.tenantId)) return false;
  // Own properties only: a job could bear the name of one that every object has.
  const own = Object.hasOwn(tenant.schedule ?? {}, job) ? tenant.schedule?.[job] : undefined;
  if (own?.paused === true) return false;
  return own?.everyHours === undefined || beginsSpan(own.everyHours, window);
}

/**
 * Does a new span of so many hours begin between the window before and this one? However late or seldom the windows
 * come, each span that one of them falls into gets exactly one.
 */
function beginsSpan(everyHours: number, { startMs, previousStartMs }: WindowTimes): boolean {
  if (previousStartMs === undefined) return true;
  const span = (timeMs: number) => Math.floor(timeMs / (everyHours * HOUR_MS));
  return span(startMs) !== span(previousStartMs);
}
