import { createReadStream, readFileSync } from 'node:fs';
import type { ReceiptPage } from '../../audit/receipts/receipt.ts';
import { readPublicKeys } from '../../audit/receipts/verify-key.ts';
import { checkReceipts } from '../../audit/receipts/verify-receipts.ts';
import type { PublicKey } from '../../audit/verification/public-keys.ts';
import { CommandError, usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { unreadable } from '../option-values.ts';

export type ReceiptFiles = {
  readonly files: readonly string[];
  readonly publicKeys: readonly PublicKey[];
  readonly tenantId?: string | undefined;
};

/**
 * Reads files of receipts and returns their pages if each is valid to its last byte. Throws `cli.usage` for a file that
 * cannot be read and `cli.receiptsInvalid` for one that is not valid: nothing is compared with it.
 */
export async function readReceiptFiles({ files, publicKeys, tenantId }: ReceiptFiles): Promise<readonly ReceiptPage[]> {
  const keys = publicKeys.map(({ key }) => key);
  const pages: ReceiptPage[] = [];
  for (const file of files) {
    const checked = await checkReceipts({ bytes: bytesOf(file), publicKeys: keys, tenantId });
    if (!checked.holds) throw invalid(file, checked.problem);
    pages.push(...checked.pages);
  }
  return pages;
}

/** Reads the public keys in a PEM file. Throws `cli.usage`. */
export function publicKeysIn(file: string): readonly PublicKey[] {
  const reading = readPublicKeys(readText(file));
  if ('keys' in reading) return reading.keys;
  throw usageError(`--public-key: ${file}: ${reading.problem}.`, 'Give the PEM file that the vendor published.');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable('public-key', file, error);
  }
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw unreadable('receipts', file, error);
  }
}

type Problem = { readonly code: string; readonly line: number; readonly message: string };

function invalid(file: string, { code, line, message }: Problem): CommandError {
  return new CommandError({
    code: 'cli.receiptsInvalid',
    message: `${file}, line ${line}: ${code}: ${message}.`,
    whatToDo: 'Nothing was compared. Ask for the receipts again, and whoever changed them why.',
    exitCode: EXIT_CODES.refused,
  });
}
