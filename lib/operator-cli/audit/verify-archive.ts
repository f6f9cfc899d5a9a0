import { readPublicKeys } from '../../audit/receipts/verify-key.ts';
import type { Period } from '../../audit/verification/archive-steps.ts';
import type { PublicKey } from '../../audit/verification/public-keys.ts';
import { type ArchiveReport, verifyArchive } from '../../audit/verification/verify-archive.ts';
import { AUDIT_FUNCTION, auditClientOver } from '../../client/audit-client.ts';
import type { ObjectSource } from '../../platform/object-source.ts';
import { type Command, text } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { listOf } from '../option-values.ts';
import { printJson, type Session } from '../session.ts';
import { countOf, grouped, makeProgress } from '../terminal/progress.ts';
import { openArchive, unreadableArchive } from './archive-option.ts';
import { publicKeysIn } from './receipt-files.ts';
import { timeRange } from './time-range.ts';
import { renderVerification } from './verify-text.ts';

/** `broker audit verify`: recomputes the claims of the archive from its bytes. */
export const verifyArchiveCommand: Command = (yargs, run) =>
  yargs.command(
    'verify',
    'recompute the archive from its bytes: nothing was changed, removed, added or moved since it was signed',
    (command) =>
      command
        .option('archive', { ...text, demandOption: true, describe: 'a directory or s3://bucket/prefix' })
        .option('public-key', {
          ...text,
          describe: 'PEM files of the keys that signed digests, as a,b; without it, the deployment is asked',
        })
        .option('from', { ...text, describe: 'since when: 2h, 7d, 2026-09-02 or 2026-09-02T14:00Z; else all of it' })
        .option('to', { ...text, describe: 'until when, written in the same way; of a copy: when it was made' }),
    (args) =>
      run(
        args,
        async (session) => {
          const period = periodOf(args, session);
          const source = openArchive(args.archive, args);
          const report = await verify(
            { source, publicKeys: await keysFor(args['public-key'], session), period },
            session,
          );
          if (session.json) printJson(session, report);
          else session.print(renderVerification(report, session.style));
          return report.isProven ? EXIT_CODES.ok : EXIT_CODES.notProven;
        },
        'Nothing is proven. To go on: the same again.',
      ),
  );

type Range = { readonly from?: string | undefined; readonly to?: string | undefined };

function periodOf({ from, to }: Range, { clock }: Session): Period {
  const range = timeRange({ from, to }, clock.nowMs());
  return {
    ...(range.from !== undefined && { fromMs: Date.parse(range.from) }),
    ...(range.to !== undefined && { toMs: Date.parse(range.to) }),
  };
}

async function keysFor(files: string | undefined, session: Session): Promise<readonly PublicKey[]> {
  if (files !== undefined) return (listOf('public-key', files) ?? []).flatMap((file) => publicKeysIn(file));
  const { keys } = await auditClientOver(session.functionUrl(AUDIT_FUNCTION)).call('GET /signing-keys');
  const pem = keys.filter(({ use }) => use === 'digests').map(({ publicKeyPem }) => publicKeyPem);
  const reading = readPublicKeys(pem.join('\n'));
  if ('problem' in reading) throw usageError(`The deployment: ${reading.problem}.`, 'Give --public-key FILE.');
  session.say(
    'The public keys are the deployment’s own word: who may change it could give others. Keep them, and give --public-key.',
  );
  return reading.keys;
}

const SHOWN_AFTER_MS = 1_000;

type Wanted = { readonly source: ObjectSource; readonly publicKeys: readonly PublicKey[]; readonly period: Period };

async function verify(wanted: Wanted, session: Session): Promise<ArchiveReport> {
  const { clock, interrupted } = session;
  const progress = makeProgress(session);
  const startedMs = clock.nowMs();
  try {
    return await verifyArchive({
      ...wanted,
      nowMs: startedMs,
      progress: ({ digests, records }) => {
        interrupted.throwIfAborted();
        const sinceMs = clock.nowMs() - startedMs;
        // A rate this early would be chance, and a small archive is done by then.
        if (sinceMs < SHOWN_AFTER_MS) return;
        const perSecond = Math.round((records * 1_000) / sinceMs);
        progress.show(`${countOf(digests, 'digest')}, ${countOf(records, 'record')}, ${grouped(perSecond)} a second`);
      },
    });
  } catch (error) {
    if (interrupted.aborted) throw interrupted.reason;
    throw unreadableArchive(wanted.source.name, error);
  } finally {
    progress.end();
  }
}
