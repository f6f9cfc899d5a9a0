import { parseArgs } from 'node:util';
import { allChecks } from './all-checks.ts';

export const USAGE = `Usage: npm run --silent check:live -- --broker-profile P --tenant-profile P --region R [--only NAME…]
       npm run --silent check:live -- --dry-run [--only NAME…]
       npm run --silent check:live -- --list

Asks AWS what its documents leave open and the design leans on, with a small stack of its own in two accounts that it
removes afterwards. It takes about half an hour, costs less than a dollar, and needs an administrator of each account.

  --broker-profile P  a profile of the AWS configuration, for the account that stands for the broker's
  --tenant-profile P  one for another account, which stands for a customer's
  --region R          where the stack is made; both accounts need a trail there that logs management events
  --only NAME         one check, and no others; may be given several times
  --dry-run           ask the embedded stack instead of AWS
  --list              print every check: the question, what the documents say, and what an answer means
`;

type Chosen = { readonly only: readonly string[] };
export type AwsOptions = Chosen & {
  readonly kind: 'aws';
  readonly brokerProfile: string;
  readonly tenantProfile: string;
  readonly region: string;
};
export type LiveOptions = AwsOptions | (Chosen & { readonly kind: 'dry-run' });
export type LiveCommand =
  | LiveOptions
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | { readonly kind: 'wrong'; readonly problem: string };

/** Reads the command line; what it does not know is wrong, never ignored: this runs as administrators. */
export function readLiveOptions(args: readonly string[]): LiveCommand {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'broker-profile': { type: 'string' },
        'tenant-profile': { type: 'string' },
        region: { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        'dry-run': { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    if (values.list) return { kind: 'list' };
    return chosen(values);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

type Values = {
  readonly 'broker-profile'?: string | undefined;
  readonly 'tenant-profile'?: string | undefined;
  readonly region?: string | undefined;
  readonly only: readonly string[];
  readonly 'dry-run': boolean;
};

function chosen(values: Values): LiveCommand {
  const { only, region, 'broker-profile': brokerProfile, 'tenant-profile': tenantProfile, 'dry-run': isDry } = values;
  const unknown = only.find((name) => !allChecks.some((check) => check.name === name));
  if (unknown !== undefined) return wrong(`there is no check ${unknown}; --list prints them`);
  const isNamed = brokerProfile !== undefined || tenantProfile !== undefined || region !== undefined;
  if (isDry) return isNamed ? wrong('--dry-run asks no account of AWS') : { kind: 'dry-run', only };
  if (brokerProfile === undefined || tenantProfile === undefined || region === undefined) {
    return wrong('--broker-profile, --tenant-profile and --region are needed, or --dry-run');
  }
  return { kind: 'aws', only, brokerProfile, tenantProfile, region };
}

function wrong(problem: string): LiveCommand {
  return { kind: 'wrong', problem };
}
