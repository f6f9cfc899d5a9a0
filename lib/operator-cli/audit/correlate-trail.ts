import { readPublicKeys } from '../../audit/receipts/verify-key.ts';
import type { PublicKey } from '../../audit/verification/public-keys.ts';
import { AUDIT_FUNCTION, auditClientOver } from '../../client/audit-client.ts';
import { makeDirectorySource } from '../../platform/directory-source.ts';
import type { ObjectSource } from '../../platform/object-source.ts';
import { makeS3Source, readS3Place } from '../../platform/s3-source.ts';
import { type Command, text } from '../command.ts';
import { usageError } from '../command-error.ts';
import { listOf } from '../option-values.ts';
import { printJson, type Session } from '../session.ts';
import { compareTrail, exitCodeOf } from './compare-trail.ts';
import { renderComparison } from './comparison-text.ts';
import { publicKeysIn, readReceiptFiles } from './receipt-files.ts';

/** `broker audit correlate`: compares CloudTrail's files, ours or a customer's, with receipts. */
export const correlateTrail: Command = (yargs, run) =>
  yargs.command(
    'correlate',
    'hold CloudTrail’s log files against receipts: what is not announced, what is missing, what was done',
    (command) =>
      command
        .option('cloudtrail', { ...text, demandOption: true, describe: 'a directory, a file or s3://bucket/prefix' })
        .option('receipts', { ...text, demandOption: true, describe: 'files of broker audit receipts, as a,b' })
        .option('public-key', {
          ...text,
          describe: 'a PEM file of the keys that signed them; without it, the deployment is asked',
        }),
    (args) =>
      run(args, async (session) => {
        const publicKeys = await keysFor(args['public-key'], session);
        const pages = await readReceiptFiles({ files: listOf('receipts', args.receipts) ?? [], publicKeys });
        const source = sourceIn(args.cloudtrail, args.region);
        const comparison = await compareTrail({ pages, source }, session);
        if (session.json) printJson(session, comparison);
        else session.print(renderComparison(comparison, session.style));
        return exitCodeOf(comparison);
      }),
  );

function sourceIn(place: string, region: string | undefined): ObjectSource {
  if (!place.startsWith('s3:')) return makeDirectorySource(place);
  const bucket = readS3Place(place);
  if (bucket === undefined) throw usageError(`--cloudtrail: ${place} names no bucket.`, 'Write s3://bucket/prefix.');
  return makeS3Source(bucket, { region });
}

async function keysFor(file: string | undefined, session: Session): Promise<readonly PublicKey[]> {
  if (file !== undefined) return publicKeysIn(file);
  const { keys } = await auditClientOver(session.functionUrl(AUDIT_FUNCTION)).call('GET /signing-keys');
  const pem = keys.filter(({ use }) => use === 'receipts').map(({ publicKeyPem }) => publicKeyPem);
  const reading = readPublicKeys(pem.join('\n'));
  if ('keys' in reading) return reading.keys;
  throw usageError(`The deployment has no key for receipts: ${reading.problem}.`, 'Give --public-key FILE.');
}
