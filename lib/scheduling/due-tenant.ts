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
 * Whether a request is made for this tenant in this window. Pure. It is not made when it would be refused anyway, or
 * when the tenant's own schedule says so. Whether the job may run is decided later, with the request, from consistent
 * reads.
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
 * Whether a new span of so many hours began between the window before and this one. However late or rare the windows
 * are, each span in which there is one gets exactly one run.
 */
function beginsSpan(everyHours: number, { startMs, previousStartMs }: WindowTimes): boolean {
  if (previousStartMs === undefined) return true;
  const span = (timeMs: number) => Math.floor(timeMs / (everyHours * HOUR_MS));
  return span(startMs) !== span(previousStartMs);
}
