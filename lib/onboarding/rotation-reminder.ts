import type { Tenant } from '../tenants/tenant.ts';

const DAY_MS = 24 * 60 * 60_000;

/** What a list says beside a tenant whose external ID is being rotated. Pure. Nothing is broken when it is overdue. */
export function rotationReminder(rotation: NonNullable<Tenant['rotation']>, nowMs: number): string {
  const leftMs = rotation.deadlineMs - nowMs;
  const date = new Date(rotation.deadlineMs).toISOString().slice(0, 10);
  if (leftMs <= 0) {
    const days = Math.floor(-leftMs / DAY_MS);
    return days === 0 ? `rotation overdue since ${date}` : `rotation overdue since ${date}, ${daysOf(days)}`;
  }
  const days = Math.floor(leftMs / DAY_MS);
  return days === 0 ? `rotation ends in less than a day (${date})` : `rotation ends in ${daysOf(days)} (${date})`;
}

function daysOf(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
