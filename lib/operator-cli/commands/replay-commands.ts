import type { SwitchesView } from '../../management/management-views.ts';
import { sayReplay } from '../answers/switch-text.ts';
import { type Command, reasonOption } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';

const untilOption = {
  type: 'string',
  demandOption: true,
  requiresArg: true,
  describe: 'when to stop, as 90m, 2h or 2026-09-02T14:00Z; 24 h from now at the latest',
} as const;

const allowReplay: Command = (yargs, run) =>
  yargs.command(
    'allow',
    'take events of an EventBridge replay until a time; what was decided before stays decided',
    (command) => command.option('until', untilOption).option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        const untilMs = instantIn(args.until, session.clock.nowMs());
        const view = await session.client.call('PUT /switches/replay', { body: { untilMs, reason: args.reason } });
        show(session, view);
        if (!session.json) session.say('To stop sooner: broker replay end --reason <why>');
        return EXIT_CODES.ok;
      }),
  );

const endReplay: Command = (yargs, run) =>
  yargs.command(
    'end',
    'refuse events of replays from now on',
    (command) => command.option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        show(session, await session.client.call('DELETE /switches/replay', { body: { reason: args.reason } }));
        return EXIT_CODES.ok;
      }),
  );

const showReplay: Command = (yargs, run) =>
  yargs.command(
    'show',
    'say whether events of replays are taken, until when, by whom and why',
    (command) => command,
    (args) =>
      run(args, async (session) => {
        show(session, await session.client.call('GET /switches'));
        return EXIT_CODES.ok;
      }),
  );

const DURATION = /^([1-9]\d{0,3})(m|h)$/;
/** Requires a time zone, because a time of day without one is another instant for a reader elsewhere. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

function instantIn(text: string, nowMs: number): number {
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count !== undefined) return nowMs + Number(count) * (unit === 'h' ? 3_600_000 : 60_000);
  const instantMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(instantMs)) return instantMs;
  throw usageError('--until is no time that we can read.', 'Write it as 90m, 2h or 2026-09-02T14:00Z.');
}

function show(session: Session, view: SwitchesView): void {
  if (session.json) printJson(session, { replay: view.replay ?? null });
  else sayReplay(view, session);
}

const commands: readonly Command[] = [allowReplay, endReplay, showReplay];

/** `broker replay …`: the window in which events of EventBridge replays are accepted. */
export const replayCommands: Command = (yargs, run) =>
  yargs.command('replay', 'allow EventBridge replays for a time', (group) =>
    commands
      .reduce((command, add) => add(command, run), group)
      .demandCommand(1, 'Which command? They are listed by: broker replay --help'),
  );
