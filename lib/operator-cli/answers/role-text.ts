import type { RoleView } from '../../management/management-views.ts';
import type { RoleStatus } from '../../tenants/tenant.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import type { Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { type Cell, renderTable, type Tone } from '../terminal/table.ts';
import { ageOf, timeLeft } from '../terminal/time-words.ts';

/** What people and programs are told of roles that were verified. */
export type VerificationResult = Pick<RoleView, 'tenantId' | 'accountId' | 'status' | 'findings'>;

/** Exactly what `--json` promises of a verification. */
export function verificationResults(roles: readonly RoleView[]): readonly VerificationResult[] {
  return roles.map(({ tenantId, accountId, status, findings }) => ({
    tenantId,
    accountId,
    status,
    findings: findings.map(({ code, severity, detail, fix }) => ({ code, severity, detail, fix })),
  }));
}

export function exitCodeOfRoles(roles: readonly Pick<RoleView, 'status'>[]): ExitCode {
  const proven = roles.length > 0 && roles.every(({ status }) => status === 'trusted');
  return proven ? EXIT_CODES.ok : EXIT_CODES.notProven;
}

const tones: Readonly<Record<RoleStatus, Tone>> = {
  trusted: 'good',
  pending: 'waiting',
  refused: 'bad',
  quarantined: 'bad',
};

/** A table of the roles, and below it what was found of each and what mends it. */
export function renderRoles(roles: readonly RoleView[], { clock, style }: Pick<Session, 'clock' | 'style'>): string {
  const nowMs = clock.nowMs();
  const head = ['ACCOUNT', 'ROLE', 'STATUS', 'JOBS', 'VERIFIED', 'FINDINGS'];
  const rows = roles.map((role): readonly Cell[] => [
    role.accountId,
    role.roleName,
    statusCell(role, nowMs),
    role.jobs === 'all' ? 'all' : role.jobs.join(', '),
    role.verifiedAtMs === undefined ? 'never' : ageOf(role.verifiedAtMs, nowMs),
    role.findings.length === 0 ? 'none' : String(role.findings.length),
  ]);
  return renderTable(head, rows, style) + roles.map(renderFindings).join('');
}

function statusCell({ status, pendingUntilMs }: RoleView, nowMs: number): Cell {
  const left = status === 'pending' && pendingUntilMs !== undefined ? pendingUntilMs - nowMs : 0;
  return { text: left > 0 ? `${status}, ${timeLeft(left)} left` : status, tone: tones[status] };
}

function renderFindings({ accountId, roleName, findings }: RoleView): string {
  if (findings.length === 0) return '';
  const lines = findings.flatMap(({ code, severity, detail, fix }) => [
    `  ${severity.padEnd(8)}${code}`,
    `          ${printable(detail)}`,
    `          fix: ${printable(fix)}`,
  ]);
  return `\n${accountId} ${printable(roleName)}\n${lines.join('\n')}\n`;
}
