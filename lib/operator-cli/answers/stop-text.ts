import type { StopReport } from '../../management/management-views.ts';
import type { Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { renderTable } from '../terminal/table.ts';
import { ageOf, instantOf } from '../terminal/time-words.ts';

/** What a suspension or an offboarding ended, what nobody but the customer can end, and until when that lives. */
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

/** A command of several lines stays one that can be pasted. */
function shellText(command: string): string {
  return command.trimEnd().split('\n').map(printable).join('\n');
}
