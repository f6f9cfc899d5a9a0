import { isDeepStrictEqual } from 'node:util';

export type Item = Record<string, unknown>;

export type Expressed = {
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
};

/**
 * The expressions of DynamoDB that the broker uses, and no others: one that is not known here is an error, never true.
 */
export function conditionHolds(item: Item | undefined, expressed: Expressed): boolean {
  const clauses = expressed.ConditionExpression?.split(' AND ') ?? [];
  return clauses.every((clause) => clauseHolds(item, clause, expressed));
}

/** The item after the update. */
export function updated(item: Item, expressed: Expressed): Item {
  const text = expressed.UpdateExpression ?? '';
  const [, sets = '', removes = ''] = /^(?:SET (.+?))?(?: ?REMOVE (.+))?$/.exec(text) ?? unknown(text);
  const after = { ...item };
  for (const [path, value] of assignments(sets)) {
    after[nameOf(path, expressed)] = assigned(value, item, expressed);
  }
  for (const path of removes.split(', ').filter((part) => part !== '')) delete after[nameOf(path, expressed)];
  return after;
}

const ASSIGNMENT = /(#\w+) = (list_append\(#\w+, :\w+\)|:\w+)(?:, |$)/g;

function assignments(sets: string): [string, string][] {
  const found = [...sets.matchAll(ASSIGNMENT)];
  if (found.map(([whole]) => whole).join('') !== sets) unknown(sets);
  return found.map(([, path = '', value = '']) => [path, value]);
}

function assigned(text: string, item: Item, expressed: Expressed): unknown {
  const [, list, more] = /^list_append\((#\w+), (:\w+)\)$/.exec(text) ?? [];
  if (list === undefined || more === undefined) return placeholder(text, expressed);
  const before = item[nameOf(list, expressed)];
  const appended = placeholder(more, expressed);
  if (!Array.isArray(before) || !Array.isArray(appended)) return unknown(text);
  return [...before, ...appended];
}

function clauseHolds(item: Item | undefined, clause: string, expressed: Expressed): boolean {
  const [, wanted, existing] = /^attribute_(not_exists|exists)\((#?\w+)\)$/.exec(clause) ?? [];
  if (wanted !== undefined && existing !== undefined) {
    return (at(item, existing, expressed) === undefined) === (wanted === 'not_exists');
  }
  const [, path, operator, value] = /^(#\w+(?:\.#\w+)?) (=|>|<=) (:\w+)$/.exec(clause) ?? [];
  if (path === undefined || operator === undefined || value === undefined) return unknown(clause);
  return compare(at(item, path, expressed), operator, placeholder(value, expressed));
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (operator === '=') return isDeepStrictEqual(left, right);
  if (typeof left !== 'number' || typeof right !== 'number') return false;
  return operator === '>' ? left > right : left <= right;
}

function at(item: Item | undefined, path: string, expressed: Expressed): unknown {
  let found: unknown = item;
  for (const part of path.split('.')) {
    found = isItem(found) ? found[nameOf(part, expressed)] : undefined;
  }
  return found;
}

export function isItem(value: unknown): value is Item {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function nameOf(part: string, { ExpressionAttributeNames: names = {} }: Expressed): string {
  return part.startsWith('#') ? (names[part] ?? unknown(part)) : part;
}

function placeholder(part: string, { ExpressionAttributeValues: values = {} }: Expressed): unknown {
  return Object.hasOwn(values, part) ? values[part] : unknown(part);
}

function unknown(text: string): never {
  throw Object.assign(new Error(`not understood: ${text}`), { name: 'ValidationException' });
}
