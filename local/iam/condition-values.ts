/**
 * Numbers, dates and addresses as condition values. An unreadable value in a policy is an error; an unreadable value in
 * a request satisfies no comparison.
 */
import { BlockList, isIP } from 'node:net';
import { unsupportedPolicy } from './unsupported-policy.ts';

type Test = (requestValue: string) => boolean;

const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const EPOCH_SECONDS = /^\d{5,}(\.\d+)?$/;
const ISO_DATE = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?)?)?$/;

/** `holds` gets a negative, zero or positive number: how the request's value compares with the policy's. */
export function numberTest(policyValue: string, holds: (order: number) => boolean): Test {
  return orderTest({ policyValue, holds, read: readNumber, what: 'a number' });
}

/** Dates in the ISO 8601 forms of https://www.w3.org/TR/NOTE-datetime, or seconds since the epoch. */
export function dateTest(policyValue: string, holds: (order: number) => boolean): Test {
  return orderTest({ policyValue, holds, read: readDateMs, what: 'a date' });
}

/** An IPv4 or IPv6 address or CIDR range; an address without a prefix stands for itself alone. */
export function ipTest(policyValue: string): Test {
  const [address = '', prefixText, ...more] = policyValue.split('/');
  const family = familyOf(address);
  const bits = family === 'ipv6' ? 128 : 32;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  const isPrefix = Number.isInteger(prefix) && prefix >= 0 && prefix <= bits && prefixText !== '';
  if (family === undefined || !isPrefix || more.length > 0)
    throw unsupportedPolicy(`${policyValue} is not a CIDR range`);
  const range = new BlockList();
  range.addSubnet(address, prefix, family);
  return (value) => {
    const plain = value.replace(/^::ffff:(?=\d+\.)/i, '');
    return familyOf(plain) === family && range.check(plain, family);
  };
}

function orderTest(comparison: {
  policyValue: string;
  holds: (order: number) => boolean;
  read: (text: string) => number;
  what: string;
}): Test {
  const { policyValue, holds, read, what } = comparison;
  const expected = read(policyValue);
  if (Number.isNaN(expected)) throw unsupportedPolicy(`${policyValue} is not ${what}`);
  // An unreadable value of the request gives NaN, for which no comparison holds.
  return (value) => holds(read(value) - expected);
}

function readNumber(text: string): number {
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}

function readDateMs(text: string): number {
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1000;
  return ISO_DATE.test(text) ? Date.parse(text) : Number.NaN;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 4) return 'ipv4';
  return version === 6 ? 'ipv6' : undefined;
}
