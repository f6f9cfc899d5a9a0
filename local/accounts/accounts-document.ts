import * as v from 'valibot';
import { AccountsFileError, describeIssue } from './accounts-file-error.ts';
import { type AccountsInput, accountsSchema } from './accounts-schema.ts';

/** The emulated world as the file describes it, with the objects' bytes read. */
export type AccountsDocument = {
  readonly brokerAccount: string;
  readonly accounts: readonly EmulatedAccount[];
  readonly principals: AccountsInput['principals'];
};

export type EmulatedAccount = Omit<AccountsInput['accounts'][number], 'buckets'> & {
  readonly buckets: readonly EmulatedBucket[];
};

export type EmulatedBucket = Omit<AccountsInput['accounts'][number]['buckets'][number], 'objects'> & {
  readonly objects: readonly { readonly key: string; readonly bytes: Uint8Array }[];
};

/** Checks parsed JSON. Throws `AccountsFileError` with every problem that was found. */
export function parseAccounts(json: unknown, fileName: string): AccountsInput {
  const parsed = v.safeParse(accountsSchema, json);
  if (!parsed.success) throw new AccountsFileError(fileName, parsed.issues.map(describeIssue));
  const problems = contradictions(parsed.output);
  if (problems.length > 0) throw new AccountsFileError(fileName, problems);
  return parsed.output;
}

/** Entries that are well-formed but cannot all be true: most would let one principal be taken for another. */
function contradictions({ brokerAccount, accounts, principals }: AccountsInput): readonly string[] {
  const buckets = accounts.flatMap((account) => account.buckets);
  const strangers = principals.filter(({ arn }) => arn.split(':')[4] !== brokerAccount);
  return [
    ...repeated('account id', [brokerAccount, ...accounts.map((account) => account.accountId)]),
    ...repeated(
      'access key id',
      [...accounts, ...principals].map((holder) => holder.accessKeyId),
    ),
    ...repeated(
      'bucket name',
      buckets.map((bucket) => bucket.name),
    ),
    ...repeated(
      'profile',
      principals.map((principal) => principal.profile),
    ),
    ...repeated(
      'principal ARN',
      principals.map((principal) => principal.arn),
    ),
    ...accounts.flatMap(({ accountId, roles }) =>
      repeated(
        `role name in account ${accountId}`,
        roles.map((role) => role.name.toLowerCase()),
      ),
    ),
    ...strangers.map(({ profile }) => `the principal ${profile} is not of the broker's account ${brokerAccount}`),
  ];
}

function repeated(what: string, values: readonly string[]): readonly string[] {
  const again = values.filter((value, index) => values.indexOf(value) !== index);
  return [...new Set(again)].map((value) => `the ${what} ${value} is used more than once; each must be unique`);
}
