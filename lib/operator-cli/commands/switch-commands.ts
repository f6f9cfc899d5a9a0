import type { SwitchesView } from '../../management/management-views.ts';
import { renderSwitches, saySwitches } from '../answers/switch-text.ts';
import { type Command, reasonOption } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';

const targets = {
  global: { type: 'boolean', describe: 'everything' },
  job: { type: 'string', requiresArg: true, describe: 'one job, by its name' },
  tenant: { type: 'string', requiresArg: true, describe: 'one tenant: see broker tenants suspend' },
} as const;

type Target = { readonly kind: 'global' } | { readonly kind: 'job'; readonly job: string };
type Targeted = {
  readonly global?: boolean | undefined;
  readonly job?: string | undefined;
  readonly tenant?: string | undefined;
};

const listSwitches: Command = (yargs, run) =>
  yargs.command(
    'list',
    'list what is switched off, since when, by whom and why',
    (command) => command,
    (args) =>
      run(args, async (session) => {
        show(session, await session.client.call('GET /switches'));
        return EXIT_CODES.ok;
      }),
  );

const switchOff: Command = (yargs, run) =>
  yargs.command(
    'off',
    'stop everything, or one job, at once: nothing is issued and no envelope is opened',
    (command) => command.options(targets).option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        const target = targetOf(args, 'suspend');
        const body = { reason: args.reason };
        const view =
          target.kind === 'global'
            ? await session.client.call('PUT /switches/global', { body })
            : await session.client.call('PUT /switches/jobs/:job', { params: { job: target.job }, body });
        show(session, view);
        if (!session.json) {
          session.say('Sessions that a job has opened already go on until their fence: within the hour.');
          session.say(`To go on one day: broker switch on ${wordsOf(target)} --reason <why>`);
        }
        return EXIT_CODES.ok;
      }),
  );

const switchOn: Command = (yargs, run) =>
  yargs.command(
    'on',
    'let everything, or one job, go on',
    (command) => command.options(targets).option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        const target = targetOf(args, 'resume');
        const body = { reason: args.reason };
        const view =
          target.kind === 'global'
            ? await session.client.call('DELETE /switches/global', { body })
            : await session.client.call('DELETE /switches/jobs/:job', { params: { job: target.job }, body });
        show(session, view);
        return EXIT_CODES.ok;
      }),
  );

/** Requires exactly one target, so that nobody switches off more than they meant. */
function targetOf({ global = false, job, tenant }: Targeted, tenantCommand: 'suspend' | 'resume'): Target {
  const named = [global, job !== undefined, tenant !== undefined].filter((is) => is).length;
  if (named !== 1) throw usageError('Name one of --global and --job.', 'See: broker switch off --help');
  if (tenant !== undefined) {
    const command = `broker tenants ${tenantCommand} ${tenant} --reason <why>`;
    throw usageError('A tenant’s switch is its suspension.', `Run: ${command}`);
  }
  return job === undefined ? { kind: 'global' } : { kind: 'job', job };
}

function wordsOf(target: Target): string {
  return target.kind === 'global' ? '--global' : `--job ${target.job}`;
}

function show(session: Session, view: SwitchesView): void {
  if (session.json) printJson(session, view);
  else {
    session.print(renderSwitches(view, session));
    saySwitches(view, session);
  }
}

const commands: readonly Command[] = [listSwitches, switchOff, switchOn];

/** `broker switch …`: the switches that stop everything, a job or a tenant. */
export const switchCommands: Command = (yargs, run) =>
  yargs.command('switch', 'switch everything or one job off and on', (group) =>
    commands
      .reduce((command, add) => add(command, run), group)
      .demandCommand(1, 'Which command? They are listed by: broker switch --help'),
  );
