import { lettersOf } from '../requests/explain-field.ts';

/**
 * A run of exactly 40 of the letters that a secret access key is made of, or of 100, as in a session token. An equals
 * sign before it may belong to a `name=value`. Source: IAM User Guide, "Manage access keys for IAM users".
 */
const SECRET = /(?<![A-Za-z0-9/+])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])|[A-Za-z0-9/+=]{100}/;
/** The names that AWS and its tools give such fields, without the signs between their words. */
const SECRET_NAME = /^secret|secretaccesskey|secretkey|sessiontoken/;
/** A longer name is not shown, because it may be the secret itself. */
const LONGEST_NAME = 32;

/**
 * Finds what looks like a secret access key in a value read from JSON. Gives the name of the field, or a word for it,
 * and never the secret. Undefined when there is none. Without recursion, so that a deep value cannot exhaust the
 * stack.
 */
export function findSecret(value: unknown): string | undefined {
  const pending: Member[] = [{ name: 'the line', value }];
  for (let member = pending.pop(); member !== undefined; member = pending.pop()) {
    if (isSecret(member)) return member.name;
    for (const inside of membersOf(member)) pending.push(inside);
  }
  return undefined;
}

type Member = { readonly name: string; readonly key?: string; readonly value: unknown };

function isSecret({ key = '', value }: Member): boolean {
  return SECRET_NAME.test(lettersOf(key)) || SECRET.test(key) || (typeof value === 'string' && SECRET.test(value));
}

function membersOf({ name, value }: Member): readonly Member[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.map((item: unknown) => ({ name, value: item }));
  return Object.entries(value).map(([key, inside]) => ({ name: nameOf(key), key, value: inside }));
}

function nameOf(key: string): string {
  return key.length <= LONGEST_NAME && /^[\w .-]+$/.test(key) && !SECRET.test(key) ? key : 'a field';
}
