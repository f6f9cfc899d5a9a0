import type { RoleView } from '../../management/management-views.ts';
import type { RoleStatus } from '../../tenants/tenant.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import type { Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { type Cell, renderTable, type Tone } from '../terminal/table.ts';
import { ageOf, timeLeft } from '../terminal/time-words.ts';

/** What people and programs are told about roles that were verified. */
export type VerificationResult = Pick<RoleView, 'tenantId' | 'accountId' | 'status' | 'findings'> & {
  /** Present only for a role that a second person has yet to consent to. */
  readonly awaitsConsent?: true;
};

/** Exactly what `--json` promises for a verification. */
export function verificationResults(roles: readonly RoleView[]): readonly VerificationResult[] {
  return roles.map((role) => ({
    tenantId: role.tenantId,
    accountId: role.accountId,
    status: role.status,
    findings: role.findings.map(({ code, severity, detail, fix }) => ({ code, severity, detail, fix })),
    ...(awaitsConsent(role) && { awaitsConsent: true }),
  }));
}

export function exitCodeOfRoles(roles: readonly Pick<RoleView, 'status' | 'consent'>[]): ExitCode {
  const proven = roles.length > 0 && roles.every((role) => role.status === 'trusted' && !awaitsConsent(role));
  return proven ? EXIT_CODES.ok : EXIT_CODES.notProven;
}

/** Does the role await a second person's consent? Nothing is issued for the role before that. */
export function awaitsConsent({ consent }: Pick<RoleView, 'consent'>): boolean {
  return consent?.state === 'awaited';
}

const tones: Readonly<Record<RoleStatus, Tone>> = {
  trusted: 'good',
  pending: 'waiting',
  refused: 'bad',
  quarantined: 'bad',
};

/** A table of the roles and, below the table, what was found of each role and how to mend it. */
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
  const below = roles.map((role) => renderFindings(role) + renderConsent(role, nowMs));
  return renderTable(head, rows, style) + below.join('');
}

function statusCell(role: RoleView, nowMs: number): Cell {
  const { status, pendingUntilMs } = role;
  const left = status === 'pending' && pendingUntilMs !== undefined ? pendingUntilMs - nowMs : 0;
  const text = left > 0 ? `${status}, ${timeLeft(left)} left` : status;
  if (!awaitsConsent(role)) return { text, tone: tones[status] };
  return { text: `${text}, awaits consent`, tone: status === 'trusted' ? 'waiting' : tones[status] };
}

function renderConsent({ accountId, roleName, consent }: RoleView, nowMs: number): string {
  if (consent === undefined) return '';
  const connected = `connected ${ageOf(consent.sinceMs, nowMs)} by ${consent.connectedBy.join(', ')}`;
  const given = consent.state === 'given' ? `given ${ageOf(consent.atMs, nowMs)} by ${consent.by}` : 'awaited';
  return `\n${accountId} ${printable(roleName)}\n  consent ${printable(given)}; ${printable(connected)}\n`;
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
