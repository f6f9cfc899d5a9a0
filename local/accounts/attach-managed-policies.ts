import type { IdentityStore } from '../iam/identity-store.ts';
import type { ManagedPolicyWiring } from '../template/wiring.ts';
import type { AccountsDocument } from './accounts-document.ts';
import { AccountsFileError } from './accounts-file-error.ts';

export type AttachingTo = {
  readonly accountsFile: string;
  readonly store: Pick<IdentityStore, 'attachPolicy'>;
  /** The managed policies of the template. */
  readonly managedPolicies: readonly ManagedPolicyWiring[];
};

/** Gives each principal the managed policies that the accounts file names. Throws `AccountsFileError`. */
export function attachManagedPolicies(
  { principals }: Pick<AccountsDocument, 'principals'>,
  { accountsFile, store, managedPolicies }: AttachingTo,
): void {
  const documents = new Map(managedPolicies.map(({ name, document }) => [name, document]));
  const problems: string[] = [];
  for (const { profile, arn, managedPolicies: wanted } of principals) {
    for (const name of wanted) {
      const document = documents.get(name);
      if (document === undefined) problems.push(unknown(profile, name, [...documents.keys()]));
      else store.attachPolicy(arn, document);
    }
  }
  if (problems.length > 0) throw new AccountsFileError(accountsFile, problems);
}

function unknown(profile: string, name: string, known: readonly string[]): string {
  return `the principal ${profile}: the template has no managed policy ${name}; it has ${known.join(', ') || 'none'}`;
}
