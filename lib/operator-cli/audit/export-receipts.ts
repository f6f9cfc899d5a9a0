import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { SignedReceiptPage } from '../../audit/receipts/receipt.ts';
import { AUDIT_FUNCTION, auditClientOver } from '../../client/audit-client.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { type Command, text } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { unreadable } from '../option-values.ts';
import type { Session } from '../session.ts';
import { countOf, makeProgress } from '../terminal/progress.ts';
import { timeRange } from './time-range.ts';

/** `broker audit receipts`: exports a customer's receipts, page by page as they were signed. */
export const exportReceipts: Command = (yargs, run) =>
  yargs.command(
    'receipts',
    'export the signed receipts of a tenant: every call that was announced in its accounts',
    (command) =>
      command
        .option('tenant', { ...text, demandOption: true, describe: 'the tenant’s id' })
        .option('from', { ...text, describe: 'since when: 2h, 7d, 2026-09-02 or 2026-09-02T14:00Z' })
        .option('to', { ...text, describe: 'until when, written in the same way; 10 s ago at the latest' })
        .option('out', { ...text, describe: 'into this file; without it, to standard output' })
        .option('public-key-out', { ...text, describe: 'and the public key that proves them into this one, as PEM' }),
    (args) =>
      run(
        args,
        async (session) => {
          const range = timeRange({ from: args.from, to: args.to }, session.clock.nowMs());
          const sink = args.out === undefined ? standardOutput(session) : fileNamed(args.out);
          const written = await writePages({ tenantId: args.tenant, range, sink }, session);
          if (args['public-key-out'] !== undefined) await writeKeys(args['public-key-out'], session);
          session.say(`${countOf(written.receipts, 'receipt')} on ${countOf(written.pages, 'signed page')}.`);
          return EXIT_CODES.ok;
        },
        'No file was written. To go on: the same again.',
      ),
  );

/** The destination of the lines; a file appears in its place only once it is complete. */
type Sink = { write(line: string): void; finish(): void; abandon(): void };

type Export = {
  readonly tenantId: string;
  readonly range: { readonly from?: string | undefined; readonly to?: string | undefined };
  readonly sink: Sink;
};

async function writePages({ tenantId, range, sink }: Export, session: Session) {
  const client = auditClientOver(session.functionUrl(AUDIT_FUNCTION));
  const progress = makeProgress(session);
  const written = { pages: 0, receipts: 0 };
  let cursor: string | undefined;
  try {
    do {
      const answer = await client.call('GET /tenants/:tenantId/receipts', {
        params: { tenantId },
        query: { ...range, ...(cursor === undefined ? {} : { cursor }) },
      });
      sink.write(lineOf(answer.signed));
      written.pages += 1;
      written.receipts += answer.signed.page.receipts.length;
      cursor = answer.cursor;
      if (cursor !== undefined) progress.show(`${countOf(written.receipts, 'receipt')} so far`);
    } while (cursor !== undefined);
    sink.finish();
    return written;
  } catch (error) {
    sink.abandon();
    throw error;
  } finally {
    progress.end();
  }
}

/** Lines are checked byte for byte, so there is only one way to write one. */
function lineOf(signed: SignedReceiptPage): string {
  return `${canonicalJson(signed)}\n`;
}

function standardOutput({ print }: Session): Sink {
  return { write: print, finish: () => undefined, abandon: () => undefined };
}

function fileNamed(file: string): Sink {
  const partial = `${file}.partial`;
  const handle = opened(partial);
  const close = () => closeSync(handle);
  return {
    write: (line) => void writeSync(handle, line),
    finish() {
      close();
      renameSync(partial, file);
    },
    abandon() {
      close();
      rmSync(partial, { force: true });
    },
  };
}

function opened(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw unreadable('out', file, error);
  }
}

/**
 * The keys are published apart from the receipts, so that nobody who changed the receipts could change the keys too.
 */
async function writeKeys(file: string, session: Session): Promise<void> {
  const { keys } = await auditClientOver(session.functionUrl(AUDIT_FUNCTION)).call('GET /signing-keys');
  const used = keys.filter(({ use }) => use === 'receipts');
  const sink = fileNamed(file);
  sink.write(used.map(({ publicKeyPem }) => `${publicKeyPem.trim()}\n`).join(''));
  sink.finish();
  for (const { fingerprint } of used) session.say(`The key’s fingerprint, for the customer to compare: ${fingerprint}`);
}
