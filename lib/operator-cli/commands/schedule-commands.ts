import type { ScheduleView } from '../../management/management-views.ts';
import { renderSchedules, renderTimes, scheduleNotes } from '../answers/schedule-text.ts';
import { type Command, reasonOption } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { instantOf } from '../terminal/time-words.ts';

const namePositional = { type: 'string', demandOption: true, describe: 'the schedule’s name' } as const;

const listSchedules: Command = (yargs, run) =>
  yargs.command(
    'list',
    'list the schedules: when they come, whether they are paused, how far open windows are',
    (command) => command,
    (args) =>
      run(args, async (session) => {
        const answer = await session.client.call('GET /schedules');
        if (session.json) printJson(session, answer);
        else sayAll(session, answer.schedules);
        return EXIT_CODES.ok;
      }),
  );

const showNextTimes: Command = (yargs, run) =>
  yargs.command(
    'next [name]',
    'list the next times of one schedule, or of all',
    (command) => command.positional('name', { ...namePositional, demandOption: false }),
    (args) =>
      run(args, async (session) => {
        const { schedules } = await session.client.call('GET /schedules');
        const wanted = schedules.filter(({ name }) => args.name === undefined || name === args.name);
        if (args.name !== undefined && wanted.length === 0) {
          throw usageError(`There is no schedule ${args.name}.`, 'They are listed by: broker schedule list');
        }
        if (session.json) printJson(session, { schedules: wanted.map(({ name, nextMs }) => ({ name, nextMs })) });
        else if (wanted.length === 0) sayNone(session);
        else session.print(renderTimes(wanted, session));
        return EXIT_CODES.ok;
      }),
  );

const runNow: Command = (yargs, run) =>
  yargs.command(
    'run-now <name>',
    'ask now for every tenant of a schedule that is not paused for it, spread as always',
    (command) => command.positional('name', namePositional),
    (args) =>
      run(
        args,
        async (session) => {
          const answer = await session.client.call('POST /schedules/:schedule/run', {
            params: { schedule: args.name },
          });
          if (session.json) printJson(session, answer);
          else {
            session.print(`${answer.schedule} ${instantOf(answer.windowStartMs)}\n`);
            session.say('The first requests go out within a minute. How far it is: broker schedule list');
          }
          return EXIT_CODES.ok;
        },
        'It may have begun: broker schedule list',
      ),
  );

const pauseSchedule: Command = (yargs, run) =>
  yargs.command(
    'pause <name>',
    'let a schedule ask for nobody until it is resumed',
    (command) => command.positional('name', namePositional).option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        const { name: schedule, reason } = args;
        const view = await session.client.call('PUT /schedules/:schedule/pause', {
          params: { schedule },
          body: { reason },
        });
        if (session.json) printJson(session, view);
        else {
          sayAll(session, [view]);
          session.say('What was asked for already goes on. To go on one day:');
          session.say(`  broker schedule resume ${schedule} --reason <why>`);
        }
        return EXIT_CODES.ok;
      }),
  );

const resumeSchedule: Command = (yargs, run) =>
  yargs.command(
    'resume <name>',
    'let a schedule go on, from its next time and with what was open',
    (command) => command.positional('name', namePositional).option('reason', reasonOption),
    (args) =>
      run(args, async (session) => {
        const { name: schedule, reason } = args;
        const view = await session.client.call('DELETE /schedules/:schedule/pause', {
          params: { schedule },
          body: { reason },
        });
        if (session.json) printJson(session, view);
        else sayAll(session, [view]);
        return EXIT_CODES.ok;
      }),
  );

function sayAll(session: Session, schedules: readonly ScheduleView[]): void {
  if (schedules.length === 0) sayNone(session);
  else session.print(renderSchedules(schedules, session));
  const nowMs = session.clock.nowMs();
  for (const note of schedules.flatMap((view) => scheduleNotes(view, nowMs))) session.say(printable(note));
}

function sayNone(session: Session): void {
  session.say('This deployment has no schedules: declare them in config/<stage>.yml.');
}

const commands: readonly Command[] = [listSchedules, showNextTimes, runNow, pauseSchedule, resumeSchedule];

/** `broker schedule …`: the schedules that request jobs for tenants. */
export const scheduleCommands: Command = (yargs, run) =>
  yargs.command('schedule', 'look at schedules, pause them, run them by hand', (schedule) =>
    commands
      .reduce((command, add) => add(command, run), schedule)
      .demandCommand(1, 'Which command? They are listed by: broker schedule --help'),
  );
