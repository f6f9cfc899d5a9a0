import { VENDING_FUNCTION, vendingClientOver } from '../../client/vending-client.ts';
import { type Command, reasonOption, text } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';

/**
 * Prints credentials of one account as a `credential_process` does: one JSON object on standard output and nothing
 * else. The credentials are stored nowhere: the AWS SDKs ask again when they need new ones.
 */
export const printCredentials: Command = (yargs, run) =>
  yargs.command(
    'credentials',
    'print credentials of a tenant’s account, for credential_process in an AWS config file',
    (command) =>
      command
        .option('tenant', { ...text, demandOption: true, describe: 'the tenant’s id' })
        .option('account', { ...text, demandOption: true, describe: 'which of its accounts: 12 digits' })
        .option('job', { ...text, demandOption: true, describe: 'whose policy the session has' })
        .option('reason', reasonOption),
    (args) =>
      run(
        args,
        async ({ functionUrl, print }) => {
          const { tenant: tenantId, account: accountId, job, reason } = args;
          const client = vendingClientOver(functionUrl(VENDING_FUNCTION));
          const { Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration } = await client.vendCredentials({
            tenantId,
            accountId,
            job,
            reason,
          });
          print(`${JSON.stringify({ Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration })}\n`);
          return EXIT_CODES.ok;
        },
        'Nothing was printed. A session may have been made, and ends by itself; ask again.',
      ),
  );
