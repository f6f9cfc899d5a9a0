import type { DoctorCheck } from '../../management/management-views.ts';
import type { Command } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { type Cell, renderTable } from '../terminal/table.ts';

/** Checks a deployment, or a local stack, from this machine to its tables. */
export const runDoctor: Command = (yargs, run) =>
  yargs.command(
    'doctor',
    'check a deployment or a local stack end to end, and say what is missing',
    (command) => command,
    (args) =>
      run(args, async (session) => {
        const answer = await session.client.call('GET /doctor');
        if (session.json) printJson(session, answer);
        else sayChecks(session, answer.checks);
        return answer.checks.every(({ healthy }) => healthy) ? EXIT_CODES.ok : EXIT_CODES.notProven;
      }),
  );

function sayChecks(session: Session, checks: readonly DoctorCheck[]): void {
  // An answer that arrives proves every step on its way.
  const rows = [{ check: 'function URL', healthy: true, detail: 'signed, let in and answered' }, ...checks].map(
    ({ check, healthy, detail }): readonly Cell[] => [
      healthy ? { text: 'ok', tone: 'good' } : { text: 'not ok', tone: 'bad' },
      check,
      detail,
    ],
  );
  session.print(renderTable(['', 'CHECK', 'DETAIL'], rows, session.style));
  const sick = checks.filter(({ healthy }) => !healthy);
  for (const { check, fix } of sick) {
    if (fix !== undefined) session.print(`\n${printable(check)}\n  fix: ${printable(fix)}\n`);
  }
  session.say(
    sick.length === 0 ? 'Everything is well.' : `${sick.length} of ${checks.length + 1} checks are not well.`,
  );
}
