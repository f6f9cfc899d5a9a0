import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../lib/sealing/secret.ts';
import { everyPrint } from '../../support/every-print.ts';

const canary = 'canary-Zq9-secret';
const values: readonly (readonly [kind: string, held: unknown])[] = [
  ['a text', canary],
  ['an object', { secretAccessKey: canary }],
  ['bytes', Buffer.from(canary)],
  ['a map', new Map([['secretAccessKey', canary]])],
  ['an error', new Error(canary)],
];

function consoleSees(value: unknown): string {
  let seen = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      seen += String(chunk);
      done();
    },
  });
  const console = new Console({ stdout: stream, stderr: stream });
  console.log(value);
  console.log('%s %o %O %j', value, value, value, value);
  console.dir(value, { showHidden: true, depth: null });
  console.table([value]);
  console.error({ nested: [{ value }] });
  return seen;
}

const waysToPrint: readonly (readonly [way: string, print: (value: Secret<unknown>) => unknown])[] = [
  ['String()', (value) => String(value)],
  ['a template', (value) => `${value}`],
  ['concatenation', (value) => `is ${value}`.concat('', String(value))],
  ['a number', (value) => Number(value)],
  ['JSON', (value) => JSON.stringify({ value })],
  ['JSON of its own names', (value) => JSON.stringify(value, Object.getOwnPropertyNames(value))],
  ['inspect', (value) => inspect(value)],
  ['inspect, hidden and deep', (value) => inspect({ value }, { showHidden: true, depth: Number.POSITIVE_INFINITY })],
  [
    'inspect without its own form',
    (value) => inspect(value, { customInspect: false, showHidden: true, getters: true }),
  ],
  ['format', (value) => format('%s %d %i %f %j %o %O', value, value, value, value, value, value, value)],
  ['console', consoleSees],
  ['entries', (value) => Object.entries(value)],
  ['keys, symbols and all', (value) => [Reflect.ownKeys(value), Object.getOwnPropertyDescriptors(value)]],
  ['spread', (value) => ({ ...value })],
  ['assign', (value) => Object.assign({}, value)],
  [
    'for in',
    (value) =>
      Array.from(
        (function* () {
          for (const key in value) yield key;
        })(),
      ),
  ],
  ['structuredClone', (value) => structuredClone({ value })],
  ['an error that names it', (value) => new Error(`failed with ${value}`, { cause: value })],
  ['toLocaleString', (value) => value.toLocaleString()],
];

describe.each(values)('a secret that holds %s', (_, held) => {
  it.each(waysToPrint)('shows nothing through %s', (_way, print) => {
    const printed = everyPrint(print(new Secret(held)));
    expect(printed).not.toContain(canary);
    expect(printed).not.toContain(Buffer.from(canary).toString('hex').slice(0, 16));
    expect(printed).not.toContain([...Buffer.from(canary)].slice(0, 6).join(', '));
  });

  it.each<[string, (value: Secret<unknown>) => unknown, string]>([
    ['String()', (value) => String(value), '[secret]'],
    ['toString', (value) => value.toString(), '[secret]'],
    ['JSON', (value) => JSON.stringify({ value }), '{"value":"[secret]"}'],
    ['inspect', (value) => inspect({ value }), '{ value: [secret] }'],
  ])('says that it is one through %s', (_way, print, shown) => {
    expect(print(new Secret(held))).toBe(shown);
  });

  it('is given by reveal, as it was', () => {
    expect(new Secret(held).reveal()).toBe(held);
  });

  it('is not given any more once it was forgotten', () => {
    const secret = new Secret(held);
    secret.forget();
    expect(() => secret.reveal()).toThrow('this secret has been forgotten');
    secret.forget();
    expect(String(secret)).toBe('[secret]');
  });
});

describe('a secret that holds nothing', () => {
  it('tells undefined apart from forgotten', () => {
    expect(new Secret(undefined).reveal()).toBeUndefined();
  });
});
