import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type AccountsDocument,
  type EmulatedAccount,
  type EmulatedBucket,
  parseAccounts,
} from './accounts-document.ts';
import { AccountsFileError } from './accounts-file-error.ts';
import type { AccountsInput } from './accounts-schema.ts';

/** Reads an `--accounts` file and the object files that it names. Throws `AccountsFileError`. */
export async function readAccountsFile(path: string): Promise<AccountsDocument> {
  const input = parseAccounts(await readJson(path), path);
  const accounts: EmulatedAccount[] = [];
  for (const account of input.accounts) {
    const buckets: EmulatedBucket[] = [];
    for (const bucket of account.buckets) buckets.push({ ...bucket, objects: await readObjects(path, bucket) });
    accounts.push({ ...account, buckets });
  }
  return { ...input, accounts };
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new AccountsFileError(path, [
      `the file cannot be read (${reasonOf(error)}); check the path after --accounts`,
    ]);
  });
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch (error) {
    throw new AccountsFileError(path, [`the file is not JSON (${reasonOf(error)}); correct it`]);
  }
}

async function readObjects(
  path: string,
  bucket: AccountsInput['accounts'][number]['buckets'][number],
): Promise<EmulatedBucket['objects']> {
  const objects: { key: string; bytes: Uint8Array }[] = [];
  for (const [key, source] of Object.entries(bucket.objects)) {
    const bytes = 'text' in source ? Buffer.from(source.text, 'utf8') : await readObjectFile(path, source.file);
    objects.push({ key, bytes });
  }
  return objects;
}

async function readObjectFile(path: string, file: string): Promise<Uint8Array> {
  return readFile(resolve(dirname(path), file)).catch((error: unknown) => {
    const problem = `the object file ${file} cannot be read (${reasonOf(error)}); paths are relative to the accounts file`;
    throw new AccountsFileError(path, [problem]);
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
