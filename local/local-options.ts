import path from 'node:path';
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run --silent local -- [--port N] [--accounts FILE] [--quiet | --logs]

Starts the embedded stack and prints one line of JSON once it is ready:
  {"ready":true,"endpoint":"http://127.0.0.1:4566","awsConfigFile":"…"}
Set AWS_CONFIG_FILE to that file and AWS_PROFILE to one of its profiles, and any AWS client talks to the stack.
Ctrl-C stops it.

What happens to each request is told on standard error, a line each: when (UTC, by the stack's clock), what, tenant,
account and job, request or session, access key, and for a no its code.

  --port N         the port to listen on; 0 takes a free one (4566)
  --accounts FILE  the emulated accounts, roles and buckets (local/accounts/emulated-accounts.json)
  --quiet          print nothing on standard error but what went wrong
  --logs           print what the functions write as well, as they write it
  --help           print this
`;

const DEFAULT_PORT = 4566;
const LARGEST_PORT = 65_535;

export type LocalOptions = {
  readonly port: number;
  readonly accountsFile: string;
  readonly quiet: boolean;
  /** Whether the functions' output is shown as they write it. */
  readonly logs: boolean;
};
export type LocalCommand =
  | ({ readonly kind: 'start' } & LocalOptions)
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

/** Reads the command line of `npm run local`; an unknown argument is an error, and never ignored. */
export function parseLocalOptions(args: readonly string[]): LocalCommand {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: String(DEFAULT_PORT) },
        accounts: { type: 'string', default: path.join(import.meta.dirname, 'accounts', 'emulated-accounts.json') },
        quiet: { type: 'boolean', default: false },
        logs: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > LARGEST_PORT) {
      return { kind: 'wrong', problem: `--port takes a number from 0 to ${LARGEST_PORT}, not ${values.port}` };
    }
    const { quiet, logs } = values;
    if (quiet && logs) return { kind: 'wrong', problem: '--quiet and --logs contradict each other' };
    return { kind: 'start', port, accountsFile: path.resolve(values.accounts), quiet, logs };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}
