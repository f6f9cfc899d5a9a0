import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ArchiveWorld, anArchive, aSigner, verify } from '../support/archive-world/archive-world.ts';
import { archivedLife } from '../support/archive-world/archived-life.ts';

/**
 * T26: bytes that say the same to a lenient reader and are not the same bytes, in every kind of object of the archive. A
 * verifier that reads past them proves something that is not there.
 */
const signer = aSigner();
let world: ArchiveWorld;
beforeAll(async () => {
  world = anArchive(signer);
  for (let life = 0; life < 4; life += 1) {
    await world.write(archivedLife(life));
    await world.tick();
  }
  await world.tick();
});

const kinds = ['changes/', 'digests/', 'leaves/'] as const;
const text = (change: (whole: string) => string) => (bytes: Buffer) => Buffer.from(change(bytes.toString('utf8')));
/** Of the first place that looks so; what has none is bent at its end, so that each bends something. */
const first = (pattern: RegExp, to: string) =>
  text((whole) => (pattern.test(whole) ? whole.replace(pattern, to) : `${whole} `));

const bends: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'a byte order mark': (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
  'a line break behind it': text((whole) => `${whole}\n`),
  'two line breaks behind it': text((whole) => `${whole}\n\n`),
  'a space behind it': text((whole) => `${whole} `),
  'a space before it': text((whole) => ` ${whole}`),
  'a line break before it': text((whole) => `\n${whole}`),
  'a tab within': first(/,/, ',\t'),
  'a space behind a colon': first(/":/, '": '),
  'carriage returns': text((whole) => (whole.includes('\n') ? whole.replaceAll('\n', '\r\n') : `${whole}\r\n`)),
  'a carriage return behind it': text((whole) => `${whole}\r`),
  'a null byte behind it': text((whole) => `${whole}\0`),
  'another document behind it': text((whole) => `${whole}{}`),
  'an empty list behind it': text((whole) => `${whole}[]\n`),
  'a comment behind it': text((whole) => `${whole}// signed`),
  'a member twice, the same': first(/\{("[a-z]\w*":("[^"]*"|\d+)),/i, '{$1,$1,'),
  'a member twice, another first': first(/\{("[a-z]\w*":)("[^"]*"|\d+),/i, '{$10,$1$2,'),
  'a member more': first(/\{/, '{"a0":1,'),
  'the prototype as a member': first(/\{/, '{"__proto__":{},'),
  'members in another order': first(/\{("[a-z]\w*":(?:"[^"]*"|\d+)),("[a-z]\w*":(?:"[^"]*"|\d+))/i, '{$2,$1'),
  'a letter escaped': first(/"a/, '"\\u0061'),
  'a slash escaped': first(/\//, '\\/'),
  'a number with a fraction': first(/:(\d+)/, ':$1.0'),
  'a number with an exponent': first(/:(\d+)/, ':$1e0'),
  'a number with a zero before it': first(/:(\d)/, ':0$1'),
  'a number with a sign': first(/:(\d)/, ':+$1'),
  'a number as a text': first(/:(\d+)/, ':"$1"'),
  'a number a little larger': first(/:(\d+)/, ':1$1'),
  'hexadecimal in capitals': text((whole) => whole.replace(/[0-9a-f]{64}/, (hash) => `${hash.slice(0, -1)}F`)),
  'a hash cut short': text((whole) => whole.replace(/[0-9a-f]{64}/, (hash) => hash.slice(0, 32))),
  'a true for a one': first(/:1\b/, ':true'),
  'a comma too many': first(/\}/, ',}'),
  'single quotes': first(/"/, "'"),
  'cut off in the middle': (bytes) => bytes.subarray(0, bytes.length >> 1),
  'cut off by a byte': (bytes) => bytes.subarray(0, -1),
  'nothing at all': () => Buffer.alloc(0),
  'an empty object': () => Buffer.from('{}'),
  'a null': () => Buffer.from('null'),
  'itself twice': (bytes) => Buffer.concat([bytes, bytes]),
  'itself compressed': (bytes) => gzipSync(bytes),
  'itself compressed in two members': (bytes) =>
    Buffer.concat([gzipSync(bytes.subarray(0, bytes.length >> 1)), gzipSync(bytes.subarray(bytes.length >> 1))]),
  'itself, and a compressed member behind it': (bytes) => Buffer.concat([bytes, gzipSync('x')]),
  'UTF-16': (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  'an overlong letter': (bytes) => Buffer.concat([Buffer.from([0xc1, 0xa1]), bytes.subarray(1)]),
  'bytes that are no UTF-8': (bytes) =>
    Buffer.concat([bytes.subarray(0, 10), Buffer.from([0xff, 0xfe]), bytes.subarray(10)]),
};

const onlyOfDigests: Readonly<Record<string, (whole: string) => string>> = {
  'a signature without its padding': (whole) => whole.replace(/=+"/, '"'),
  'a signature with a line break': (whole) => whole.replace(/("value":".{10})/, '$1\\n'),
  'a signature in the letters of URLs': (whole) =>
    whole.replace(/"value":"[^"]*"/, (value) => value.replaceAll('+', '-').replaceAll('/', '_').replace(/.$/, '="')),
  'a signature of nothing': (whole) => whole.replace(/"value":"[^"]*"/, '"value":""'),
  'another algorithm': (whole) => whole.replace('ECDSA_SHA_256', 'ECDSA_SHA_384'),
  'no algorithm': (whole) => whole.replace('ECDSA_SHA_256', 'none'),
  'another version': (whole) => whole.replace('"version":1', '"version":2'),
};

async function reportWith(kind: string, bend: (bytes: Buffer) => Buffer) {
  const keys = [...world.files.keys()].filter((key) => key.startsWith(kind));
  const reports = keys.map(async (key) => {
    const files = new Map(world.files);
    files.set(key, bend(world.files.get(key) ?? Buffer.alloc(0)));
    const isSame = files.get(key)?.equals(world.files.get(key) ?? Buffer.alloc(0)) ?? true;
    const report = await verify(files, { signers: [signer], nowMs: world.clock.nowMs() });
    return { key, isSame, isProven: report.isProven, names: report.findings.some(({ object }) => object === key) };
  });
  return Promise.all(reports);
}

describe.each(kinds)('an object of %s with', (kind) => {
  it.each(Object.entries(bends))('%s proves nothing, and is named', async (_, bend) => {
    const reports = await reportWith(kind, bend);
    expect(reports.length).toBeGreaterThan(3);
    expect(reports.filter(({ isSame }) => isSame)).toEqual([]);
    expect(reports.filter(({ isProven, names }) => isProven || !names)).toEqual([]);
  });
});

describe('a digest with', () => {
  it.each(Object.entries(onlyOfDigests))('%s proves nothing, and is named', async (_, bend) => {
    const reports = await reportWith('digests/', text(bend));
    expect(reports.some(({ isSame }) => !isSame)).toBe(true);
    expect(reports.filter(({ isSame, isProven, names }) => !isSame && (isProven || !names))).toEqual([]);
  });
});

describe('the archive as it is', () => {
  it('is proven, by each key for its own time', async () => {
    const next = aSigner('arn:aws:kms:eu-west-1:111111111111:key/next');
    const rotated = anArchive(signer);
    await rotated.write(archivedLife(1));
    await rotated.tick();
    await rotated.write(archivedLife(2));
    await rotated.tick(next);
    await rotated.tick(next);
    const nowMs = rotated.clock.nowMs();
    expect((await verify(world.files, { signers: [signer], nowMs: world.clock.nowMs() })).isProven).toBe(true);
    expect((await verify(rotated.files, { signers: [signer, next], nowMs })).isProven).toBe(true);
    for (const signers of [[signer], [next], [aSigner()], []]) {
      expect((await verify(rotated.files, { signers, nowMs })).isProven).toBe(false);
    }
  });
});
