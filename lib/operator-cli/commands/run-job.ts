import { REQUEST_FUNCTION, requestClientOver } from '../../client/request-client.ts';
import { sayOutcome } from '../answers/job-request-text.ts';
import { type Command, text } from '../command.ts';
import { askForJob } from '../job-request.ts';
import { jsonValueIn, listOf } from '../option-values.ts';

/** Requests a job; the requester is the principal of the AWS profile. */
export const runJob: Command = (yargs, run) =>
  yargs.command(
    'run <job>',
    'ask for a job in the accounts of a tenant',
    (command) =>
      command
        .positional('job', { type: 'string', demandOption: true, describe: 'its name in the catalogue' })
        .option('tenant', { ...text, demandOption: true, describe: 'the tenant’s id' })
        .option('account', { ...text, describe: 'ids of accounts, as a,b; without it, every one that is connected' })
        .option('input', { ...text, describe: 'a file with JSON for the job; - is standard input' })
        .option('reason', { ...text, describe: 'why, for the record' })
        .option('idempotency-key', { ...text, describe: 'repeated with it, it is the same request' })
        .option('wait', {
          type: 'boolean',
          default: false,
          describe: 'until every account has its outcome, 10 min at most',
        }),
    (args) => {
      const { tenant: tenantId, job, reason, wait, 'idempotency-key': givenKey } = args;
      return run(
        args,
        async (session) => {
          const request = {
            tenantId,
            job,
            accountIds: listOf('account', args.account),
            input: jsonValueIn('input', args.input),
            reason,
            idempotencyKey: givenKey ?? `cli-${session.ids.uuid()}`,
          };
          const client = requestClientOver(session.functionUrl(REQUEST_FUNCTION));
          const answer = await askForJob(request, { client, session, wait });
          return sayOutcome({ answer, idempotencyKey: request.idempotencyKey, waited: wait }, session);
        },
        'The request may be on its way. With the same --idempotency-key it can be repeated, and is not run twice.',
      );
    },
  );
