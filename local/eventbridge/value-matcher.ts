import { BlockList, isIP } from 'node:net';
import { invalidPattern } from './invalid-pattern.ts';
import { type Scalar, type ScalarTest, textMatcher } from './text-matcher.ts';

/**
 * A condition on the scalars found at one place of the event: none where the field is absent, several where it is an
 * array. Only `exists` may be satisfied by absence.
 */
export type ValuesTest = (values: readonly Scalar[]) => boolean;

const LARGEST_NUMBER = 5_000_000_000;

/** Reads one entry of a pattern's list: a literal, or an object with one matcher. Throws for an unknown matcher. */
export function valueMatcher(condition: unknown): ValuesTest {
  if (isScalar(condition)) return someValue((value) => value === condition);
  const [name, operand] = onlyEntry(condition);
  if (name === 'exists') return existsMatcher(operand);
  return someValue(matcherOf(name, operand));
}

function existsMatcher(operand: unknown): ValuesTest {
  if (typeof operand !== 'boolean') throw invalidPattern('exists match pattern must be either true or false');
  return (values) => values.length > 0 === operand;
}

function matcherOf(name: string, operand: unknown): ScalarTest {
  const onText = textMatcher(name, operand);
  if (onText !== undefined) return onText;
  if (name === 'anything-but') return anythingBut(operand);
  if (name === 'numeric') return numeric(operand);
  if (name === 'cidr') return cidr(operand);
  return unrecognized(name);
}

/** A literal, a list of literals of one type, or a text matcher with one operand or a list of them. */
function anythingBut(operand: unknown): ScalarTest {
  if (isStringOrNumber(operand) || Array.isArray(operand)) {
    const excluded: unknown[] = Array.isArray(operand) ? operand : [operand];
    if (!excluded.every(isStringOrNumber) || new Set(excluded.map((value) => typeof value)).size !== 1) {
      throw invalidPattern('Inside anything-but list, either all values are numbers or all are strings');
    }
    return (value) => !excluded.some((other) => other === value);
  }
  const [name, operands] = onlyEntry(operand);
  const list: unknown[] = Array.isArray(operands) ? operands : [operands];
  const tests = list.map((one) => textMatcher(name, one) ?? unrecognized(name));
  if (tests.length === 0) throw invalidPattern('Empty list inside anything-but');
  return (value) => tests.every((test) => !test(value));
}

function numeric(operand: unknown): ScalarTest {
  if (!Array.isArray(operand)) throw invalidPattern('Value of numeric must be an array');
  const terms: unknown[] = operand;
  const [first, low, second, high, ...rest] = terms;
  const lower = comparison(first, low);
  if (second === undefined) return onNumber(lower);
  const isRange = String(first).startsWith('>') && String(second).startsWith('<') && rest.length === 0;
  if (!isRange || Number(low) >= Number(high)) throw invalidPattern('A numeric range goes from > or >= to < or <=');
  const upper = comparison(second, high);
  return onNumber((value) => lower(value) && upper(value));
}

function comparison(operator: unknown, bound: unknown): (value: number) => boolean {
  if (typeof bound !== 'number' || Math.abs(bound) > LARGEST_NUMBER) {
    throw invalidPattern('Value of a numeric comparison must be a number within -5.0E9 and 5.0E9');
  }
  switch (operator) {
    case '=':
      return (value) => value === bound;
    case '<':
      return (value) => value < bound;
    case '<=':
      return (value) => value <= bound;
    case '>':
      return (value) => value > bound;
    case '>=':
      return (value) => value >= bound;
    default:
      throw invalidPattern(`Unrecognized numeric range operator: ${String(operator)}`);
  }
}

function cidr(operand: unknown): ScalarTest {
  const [address = '', bits = '', ...rest] = String(operand).split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const mostBits = family === 'ipv6' ? 128 : 32;
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > mostBits || rest.length > 0) {
    throw invalidPattern('Malformed CIDR, one slash and a network are required');
  }
  const network = new BlockList();
  network.addSubnet(address, Number(bits), family);
  return (value) => {
    const version = typeof value === 'string' ? isIP(value) : 0;
    return version !== 0 && network.check(String(value), version === 6 ? 'ipv6' : 'ipv4');
  };
}

function unrecognized(name: string): never {
  throw invalidPattern(`Unrecognized match type ${name}`);
}

function someValue(test: ScalarTest): ValuesTest {
  return (values) => values.some(test);
}

function onNumber(test: (value: number) => boolean): ScalarTest {
  return (value) => typeof value === 'number' && test(value);
}

function onlyEntry(condition: unknown): [string, unknown] {
  const entries = typeof condition === 'object' && condition !== null ? Object.entries(condition) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length > 1 || Array.isArray(condition)) {
    throw invalidPattern('A match expression is a literal or an object with exactly one key');
  }
  return entry;
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isStringOrNumber(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
