import type { TenantRow, TenantView } from '../../management/management-views.ts';
import { ROLE_STATUSES, type Tenant, type TenantSchedule } from '../../tenants/tenant.ts';
import type { Session } from '../session.ts';
import { type Cell, renderFacts, renderTable } from '../terminal/table.ts';
import { ageOf, instantOf } from '../terminal/time-words.ts';
import { renderRoles } from './role-text.ts';

type Shown = Pick<Session, 'clock' | 'style'>;

/** A table with a row for each tenant; the last columns show what needs attention. */
export function renderTenants(rows: readonly TenantRow[], { clock, style }: Shown): string {
  const head = ['TENANT', 'NAME', 'STATUS', 'ROLES', 'FINDINGS', 'ROTATION'];
  const nowMs = clock.nowMs();
  return renderTable(
    head,
    rows.map((row) => [
      row.tenantId,
      row.name,
      statusCell(row.status, row.suspended),
      rolesCell(row),
      row.findings.length === 0 ? 'none' : row.findings.join(', '),
      rotationCell(row.rotation, nowMs),
    ]),
    style,
  );
}

/** Shows everything about one tenant. */
export function renderTenant(tenant: TenantView, shown: Shown): string {
  const nowMs = shown.clock.nowMs();
  const { suspension, legacyAccessKeyIds = [], notes } = tenant;
  const facts: readonly (readonly [string, Cell])[] = [
    ['tenant', tenant.tenantId],
    ['name', tenant.name],
    ['status', statusCell(tenant.status, suspension !== undefined)],
    ...(suspension === undefined ? [] : [['suspended', suspended(suspension, nowMs)] as const]),
    ['jobs', tenant.jobs.length === 0 ? 'none' : tenant.jobs.join(', ')],
    ['schedule', scheduleText(tenant.schedule)],
    ['settings', JSON.stringify(tenant.settings)],
    ['rotation', rotationCell(tenant.rotation, nowMs)],
    ...(legacyAccessKeyIds.length === 0
      ? []
      : [['keys to delete', { text: legacyAccessKeyIds.join(', '), tone: 'waiting' }] as const]),
    ...(notes === undefined ? [] : [['notes', notes] as const]),
    ['version', String(tenant.version)],
    ['registered', `${ageOf(tenant.createdAtMs, nowMs)} (${instantOf(tenant.createdAtMs)})`],
  ];
  const roles = tenant.roles.length === 0 ? 'No role is connected.\n' : renderRoles(tenant.roles, shown);
  return `${renderFacts(facts, shown.style)}\n${roles}`;
}

function suspended({ sinceMs, by, reason }: NonNullable<TenantView['suspension']>, nowMs: number): string {
  return `${ageOf(sinceMs, nowMs)} by ${by}: ${reason}`;
}

function statusCell(status: Tenant['status'], isSuspended: boolean): Cell {
  if (isSuspended) return { text: status === 'active' ? 'suspended' : `${status}, suspended`, tone: 'bad' };
  return { text: status, tone: status === 'active' ? 'good' : status === 'migrating' ? 'waiting' : 'plain' };
}

function rolesCell({ roles, awaitConsent = 0 }: TenantRow): Cell {
  const counted = ROLE_STATUSES.filter((status) => roles[status] > 0);
  const text = counted.map((status) => `${roles[status]} ${status}`).join(', ');
  if (counted.length === 0) return 'none';
  if (awaitConsent > 0) {
    const awaiting = `${awaitConsent} ${awaitConsent === 1 ? 'awaits' : 'await'} consent`;
    return { text: `${text}; ${awaiting}`, tone: 'waiting' };
  }
  return { text, tone: counted.some((status) => status !== 'trusted') ? 'waiting' : 'plain' };
}

/** A reminder that a rotation was begun and has not ended. */
export function rotationCell(rotation: Tenant['rotation'], nowMs: number): Cell {
  if (rotation === undefined) return 'none';
  const { deadlineMs } = rotation;
  if (deadlineMs <= nowMs) return { text: `overdue, was to end ${ageOf(deadlineMs, nowMs)}`, tone: 'bad' };
  return { text: `to end ${ageOf(deadlineMs, nowMs)}`, tone: 'waiting' };
}

function scheduleText(schedule: TenantSchedule = {}): string {
  const entries = Object.entries(schedule).map(([job, { everyHours, paused }]) => {
    if (paused === true) return `${job} paused`;
    return everyHours === undefined ? `${job} always` : `${job} every ${everyHours} h`;
  });
  return entries.length === 0 ? 'always' : entries.join(', ');
}
