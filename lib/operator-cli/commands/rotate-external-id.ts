import { sayRotation } from '../answers/rotation-answer.ts';
import { type Command, formatOption, tenantPositional, text } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';

/** Replaces a tenant's external ID, step by step. */
export const rotateExternalId: Command = (yargs, run) =>
  yargs.command('rotate-external-id', 'replace the external ID of a tenant, with no minute of outage', (rotation) =>
    [start, status, finish, abandon]
      .reduce((command, add) => add(command, run), rotation)
      .demandCommand(1, 'Which step: start, status, finish or abandon?'),
  );

const start: Command = (yargs, run) =>
  yargs.command(
    'start <tenant>',
    'make the next external ID, and print what the customer needs, once',
    (command) =>
      command
        .positional('tenant', tenantPositional)
        .option('deadline-days', { ...text, describe: 'until when it is to be finished, 1 to 90 (30)' })
        .option('format', formatOption),
    (args) =>
      run(args, async (session) => {
        const { tenant: tenantId, format } = args;
        const deadlineDays = daysOf(args['deadline-days']);
        const view = await session.client.call('POST /tenants/:tenantId/rotation', {
          params: { tenantId },
          body: { step: 'start', ...(deadlineDays !== undefined && { deadlineDays }), ...(format && { format }) },
        });
        sayRotation(session, view);
        return EXIT_CODES.ok;
      }),
  );

const status: Command = (yargs, run) =>
  yargs.command(
    'status <tenant>',
    'show which external ID each role takes',
    (command) => command.positional('tenant', tenantPositional),
    (args) =>
      run(args, async (session) => {
        const params = { tenantId: args.tenant };
        sayRotation(session, await session.client.call('GET /tenants/:tenantId/rotation', { params }));
        return EXIT_CODES.ok;
      }),
  );

const finish = ending('finish', 'give up the old external ID, once every role is shown to refuse it');
const abandon = ending('abandon', 'give up the next external ID, once every role is shown to refuse it');

function ending(step: 'finish' | 'abandon', summary: string): Command {
  return (yargs, run) =>
    yargs.command(
      `${step} <tenant>`,
      summary,
      (command) => command.positional('tenant', tenantPositional),
      (args) =>
        run(args, async (session) => {
          const params = { tenantId: args.tenant };
          const view = await session.client.call('POST /tenants/:tenantId/rotation', { params, body: { step } });
          sayRotation(session, view, step === 'finish' ? 'finished' : 'abandoned');
          return EXIT_CODES.ok;
        }),
    );
}

function daysOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const days = /^\d{1,2}$/.test(value) ? Number(value) : 0;
  if (days >= 1 && days <= 90) return days;
  throw usageError(`--deadline-days takes a number from 1 to 90, not ${value}`, 'Leave it out for 30.');
}
