import { parseArgs } from 'node:util';
import { makeDirectorySource } from '../../platform/directory-source.ts';
import { reportError, usageError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import { printJson, type World } from '../session.ts';
import { compareTrail, exitCodeOf } from './compare-trail.ts';
import { renderComparison } from './comparison-text.ts';
import { publicKeysIn, readReceiptFiles } from './receipt-files.ts';

export type VerifierWorld = Pick<World, 'stdout' | 'stderr' | 'colour' | 'clock' | 'interrupted'>;

const HELP = `Checks the receipts that a credential broker gave you, and holds them against your own CloudTrail.

  node verify-receipts.mjs --receipts FILE --public-key FILE --cloudtrail DIR [--tenant ID] [--json]

  --receipts    the exported file; may be given more than once
  --public-key  the vendor's public key, as PEM, which you have from elsewhere than the receipts
  --cloudtrail  a directory of CloudTrail's log files, packed or not, or one such file; left out, only the
                receipts themselves are checked
  --tenant      refuse receipts of any other tenant than this one
  --json        everything that was found, as JSON

It reads these files and nothing else: no network, no AWS credentials.

Exit codes
  0  the receipts hold, and the files agree with them as far as both go
  1  something broke here
  2  the command line is wrong, or a file cannot be read
  3  a file of receipts does not hold: nothing was compared
  4  they do not agree, or not all of the files could be read
`;

/**
 * Runs the stand-alone verifier to its end and returns its exit code. Writes to the printers alone, and never throws.
 */
export async function runVerifier(argv: readonly string[], world: VerifierWorld): Promise<ExitCode> {
  try {
    const asked = readArguments(argv);
    if (asked !== 'help') return await verify(asked, world);
    world.stdout.write(HELP);
    return EXIT_CODES.ok;
  } catch (error) {
    const { lines, exitCode } = reportError(error, 'Run it again: nothing was written.');
    world.stderr.write(`${lines.join('\n')}\n`);
    return exitCode;
  }
}

type Asked = {
  readonly receipts: readonly string[];
  readonly publicKeys: readonly string[];
  readonly cloudtrail: string | undefined;
  readonly tenantId: string | undefined;
  readonly json: boolean;
};

async function verify({ receipts, publicKeys, cloudtrail, tenantId, json }: Asked, world: VerifierWorld) {
  const keys = publicKeys.flatMap(publicKeysIn);
  const pages = await readReceiptFiles({ files: receipts, publicKeys: keys, tenantId });
  world.stderr.write('The receipts hold: every page is signed, in its place, and complete.\n');
  for (const { sha256 } of keys)
    world.stderr.write(`Compare the key’s fingerprint with the published one: ${sha256}\n`);
  if (cloudtrail === undefined) return EXIT_CODES.ok;
  const comparison = await compareTrail({ pages, source: makeDirectorySource(cloudtrail) }, world);
  const style = { columns: world.stdout.isTerminal ? world.stdout.columns : undefined, colour: world.colour };
  if (json) printJson(world, comparison);
  else world.stdout.write(renderComparison(comparison, style));
  return exitCodeOf(comparison);
}

function readArguments(argv: readonly string[]): Asked | 'help' {
  const { values } = parsed(argv);
  if (values.help === true) return 'help';
  const { receipts = [], 'public-key': publicKeys = [], cloudtrail, tenant: tenantId, json = false } = values;
  if (receipts.length === 0) throw usage('--receipts is missing');
  if (publicKeys.length === 0) throw usage('--public-key is missing: without it anybody could have made the receipts');
  if (cloudtrail?.startsWith('s3:') === true)
    throw usage('--cloudtrail takes a directory: copy the files out of S3 first');
  return { receipts, publicKeys, cloudtrail, tenantId, json };
}

const options = {
  receipts: { type: 'string', multiple: true },
  'public-key': { type: 'string', multiple: true },
  cloudtrail: { type: 'string' },
  tenant: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function usage(message: string) {
  return usageError(`${message}.`, 'See: node verify-receipts.mjs --help');
}
