import type { StopReport } from '../../management/management-views.ts';
import type { Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { renderTable } from '../terminal/table.ts';
import { ageOf, instantOf } from '../terminal/time-words.ts';

/**
 * Says what a suspension or an offboarding ended, which sessions only the customer can end, and how long those live.
 */
export function renderStop(
  report: StopReport,
  { clock, style }: Pick<Session, 'clock' | 'style'>,
  done: 'suspended' | 'offboarded',
): string {
  const nowMs = clock.nowMs();
  const { tenantId, sinceMs, revokedIssuances, alive, lastSessionEndsByMs, cutSooner } = report;
  const lines = [
    `${tenantId} is ${done} since ${instantOf(sinceMs)}: nothing is issued or opened for it any more.`,
    `Ended before anybody could use them: ${revokedIssuances}`,
    `The last session that could exist ends by ${instantOf(lastSessionEndsByMs)} (${ageOf(lastSessionEndsByMs, nowMs)}).`,
  ];
  const head = ['ACCOUNT', 'JOB', 'STATE', 'ENDS BY', 'ISSUANCE'];
  const rows = alive.map((each) => [each.accountId, each.job, each.state, instantOf(each.endsByMs), each.issuanceId]);
  const table =
    rows.length === 0
      ? 'No session is known to be alive.\n'
      : `Sessions that may still be alive:\n${renderTable(head, rows, style)}`;
  const commands = cutSooner.map(({ accountId, command }) => `\nIn account ${accountId}:\n${shellText(command)}\n`);
  const cut = commands.length === 0 ? '' : `\nOnly the customer can cut sessions sooner:\n${commands.join('')}`;
  return `${lines.join('\n')}\n${table}${cut}`;
}

/** Keeps a command of several lines in a form that can be pasted. */
function shellText(command: string): string {
  return command.trimEnd().split('\n').map(printable).join('\n');
}
