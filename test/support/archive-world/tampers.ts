import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { changeObjectKey, digestKey, readChangeObjectKey } from '../../../lib/audit/archive/archive-keys.ts';
import { archivedLine } from '../../../lib/audit/archive/archived-change.ts';
import { readSignedDigest, signedDigestBytes } from '../../../lib/audit/archive/digests/signed-digest.ts';
import { canonicalJson } from '../../../lib/platform/canonical-json.ts';
import type { Signer } from './archive-world.ts';
import { archivedLife } from './archived-life.ts';

/** What of a tamper has to be named by a finding; a part that is left out may be anything. */
export type Expected = { readonly object?: string; readonly line?: number; readonly recordId?: string };

export type Tampering = {
  readonly files: Map<string, Buffer>;
  /** A whole number from 0 up to, not including, the limit. */
  readonly below: (limit: number) => number;
  /** Of somebody who may not sign. */
  readonly stranger: Signer;
};

export type Tamper = (tampering: Tampering) => Promise<readonly Expected[]> | readonly Expected[];

type Picked = { readonly key: string; readonly lines: string[]; readonly index: number };

const keysBelow = (files: ReadonlyMap<string, Buffer>, prefix: string) =>
  [...files.keys()].filter((key) => key.startsWith(prefix)).sort();

function pick<Item>(items: readonly Item[], below: Tampering['below']): Item {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

function pickLine({ files, below }: Tampering): Picked {
  const key = pick(keysBelow(files, 'changes/'), below);
  const lines = textOf(files, key).slice(0, -1).split('\n');
  return { key, lines, index: below(lines.length) };
}

function textOf(files: ReadonlyMap<string, Buffer>, key: string): string {
  return files.get(key)?.toString('utf8') ?? '';
}

function put({ files }: Tampering, { key, lines }: Pick<Picked, 'key' | 'lines'>): void {
  files.set(key, Buffer.from(lines.map((line) => `${line}\n`).join('')));
}

function recordIdOf(line: string | undefined): string {
  return JSON.parse(line ?? '{}').recordId;
}

function named({ key, lines, index }: Picked): Expected {
  return { object: key, line: index + 1, recordId: recordIdOf(lines[index]) };
}

/** Replaces one line, and expects it to be named as the record that it was. */
function changeLine(tampering: Tampering, change: (line: string) => string | Buffer): readonly Expected[] {
  const picked = pickLine(tampering);
  const { key, lines, index } = picked;
  const changed = change(lines[index] ?? '');
  const before = lines.slice(0, index).map((line) => Buffer.from(`${line}\n`));
  const after = lines.slice(index + 1).map((line) => Buffer.from(`${line}\n`));
  tampering.files.set(key, Buffer.concat([...before, Buffer.from(changed), Buffer.from('\n'), ...after]));
  return [named(picked)];
}

/** Another byte at one place: whatever byte it was, and whatever it becomes. */
export function flipped(bytes: Buffer, at: number, by: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 + (by % 255));
  return copy;
}

function editedFact(line: string, fact: string, value: unknown): string {
  const change = JSON.parse(line);
  change.record[fact] = value;
  if (fact in change) change[fact] = value;
  return canonicalJson(change);
}

/** The trail as somebody would write it who knows how it is hashed. */
function forgedTrail(line: string): string {
  const change = JSON.parse(line);
  const { trail, recordId } = change.record;
  if (trail === undefined) return editedFact(line, 'day', '2031-05-07');
  let previousHash = createHash('sha256').update(`trail of ${recordId}`).digest('hex');
  for (const entry of trail) {
    const { hash: _, ...body } = { ...entry, atMs: entry.atMs + 1, previousHash };
    Object.assign(entry, body, { hash: createHash('sha256').update(canonicalJson(body)).digest('hex') });
    previousHash = entry.hash;
  }
  change.record.trailHead = previousHash;
  return canonicalJson(change);
}

export const recordTampers: Readonly<Record<string, Tamper>> = {
  'a byte of a record': (tampering) =>
    changeLine(tampering, (line) => {
      const bytes = Buffer.from(line);
      const to = flipped(bytes, tampering.below(bytes.length), tampering.below(255));
      // Not into a line break: that is another line, and a tamper of its own.
      return to.includes(0x0a) ? flipped(bytes, 0, 1) : to;
    }),
  'the tenant of a record': (tampering) => changeLine(tampering, (line) => editedFact(line, 'tenantId', 'other')),
  'the state of a record': (tampering) => changeLine(tampering, (line) => editedFact(line, 'state', 'refused')),
  'a trail that was hashed anew': (tampering) => changeLine(tampering, forgedTrail),
  'a member twice': (tampering) => changeLine(tampering, (line) => line.replace('{', '{"change":"INSERT",')),
  'white space in a record': (tampering) => changeLine(tampering, (line) => line.replace(',', ', ')),
  'white space behind a record': (tampering) => changeLine(tampering, (line) => `${line} `),
  'a carriage return': (tampering) => changeLine(tampering, (line) => `${line}\r`),
  'another document behind a record': (tampering) => changeLine(tampering, (line) => `${line}{}`),
  'a record that is gone': (tampering) => {
    const picked = pickLine(tampering);
    put(tampering, { key: picked.key, lines: picked.lines.toSpliced(picked.index, 1) });
    return [named(picked)];
  },
  'a record that is new': (tampering) => {
    const { key, lines, index } = pickLine(tampering);
    const [change] = archivedLife(1_000 + tampering.below(1_000));
    if (change === undefined) throw new Error('a life has changes');
    put(tampering, { key, lines: lines.toSpliced(index, 0, archivedLine(change)) });
    return [{ object: key, line: index + 1, recordId: change.recordId }];
  },
  'a record twice': (tampering) => {
    const picked = pickLine(tampering);
    const to = tampering.below(picked.lines.length + 1);
    put(tampering, { key: picked.key, lines: picked.lines.toSpliced(to, 0, picked.lines[picked.index] ?? '') });
    return [{ object: picked.key, recordId: recordIdOf(picked.lines[picked.index]) }];
  },
  'two records in each other’s place': (tampering) => {
    const picked = pickLine(tampering);
    const { key, lines, index } = picked;
    const other = (index + 1 + tampering.below(lines.length - 1)) % lines.length;
    put(tampering, { key, lines: lines.with(index, lines[other] ?? '').with(other, lines[index] ?? '') });
    return [
      { object: key, line: index + 1, recordId: recordIdOf(lines[other]) },
      { object: key, line: other + 1, recordId: recordIdOf(lines[index]) },
    ];
  },
  'two tenants in each other’s place': (tampering) => {
    const { key, lines, index } = pickLine(tampering);
    const withTenant = lines.map((line) => JSON.parse(line).tenantId);
    const other = withTenant.findIndex((tenantId) => tenantId !== withTenant[index] && tenantId !== undefined);
    if (withTenant[index] === undefined || other === -1)
      return recordTampers['a record that is gone']?.(tampering) ?? [];
    put(tampering, {
      key,
      lines: lines
        .with(index, editedFact(lines[index] ?? '', 'tenantId', withTenant[other]))
        .with(other, editedFact(lines[other] ?? '', 'tenantId', withTenant[index])),
    });
    return [named({ key, lines, index }), named({ key, lines, index: other })];
  },
  'the end of an object cut off': (tampering) => {
    const { key, lines, index } = pickLine(tampering);
    const bytes = Buffer.from(`${lines.slice(0, index + 1).join('\n')}`);
    const lineBytes = Buffer.byteLength(lines[index] ?? '');
    tampering.files.set(key, bytes.subarray(0, bytes.length - 1 - tampering.below(lineBytes - 1)));
    return [named({ key, lines, index })];
  },
  'the last line break gone': (tampering) => {
    const { key, lines } = pickLine(tampering);
    tampering.files.set(key, Buffer.from(lines.join('\n')));
    return [named({ key, lines, index: lines.length - 1 })];
  },
  'a byte order mark': (tampering) => {
    const { key, lines } = pickLine(tampering);
    put(tampering, { key, lines: lines.with(0, `\ufeff${lines[0]}`) });
    return [named({ key, lines, index: 0 })];
  },
};

function append(tampering: Tampering, prefix: string, what: string): readonly Expected[] {
  const key = pick(keysBelow(tampering.files, prefix), tampering.below);
  tampering.files.set(key, Buffer.concat([tampering.files.get(key) ?? Buffer.alloc(0), Buffer.from(what)]));
  return [{ object: key }];
}

function remove(tampering: Tampering, prefix: string): readonly Expected[] {
  const key = pick(keysBelow(tampering.files, prefix), tampering.below);
  tampering.files.delete(key);
  return [{ object: key }];
}

function flip(tampering: Tampering, prefix: string): readonly Expected[] {
  const key = pick(keysBelow(tampering.files, prefix), tampering.below);
  const bytes = tampering.files.get(key) ?? Buffer.alloc(1);
  tampering.files.set(key, flipped(bytes, tampering.below(bytes.length), tampering.below(255)));
  return [{ object: key }];
}

const NOISE = ['\n', ' ', '\0', '{}', '\n\n', '[]\n', '\ufeff'];

export const objectTampers: Readonly<Record<string, Tamper>> = {
  'an object that is gone': (tampering) => remove(tampering, 'changes/'),
  'bytes behind an object': (tampering) => append(tampering, 'changes/', pick(NOISE, tampering.below)),
  'an object compressed': (tampering) => {
    const key = pick(keysBelow(tampering.files, 'changes/'), tampering.below);
    tampering.files.set(key, gzipSync(tampering.files.get(key) ?? ''));
    return [{ object: key }];
  },
  'an object under another name': (tampering) => {
    const key = pick(keysBelow(tampering.files, 'changes/'), tampering.below);
    const name = readChangeObjectKey(key);
    const to = changeObjectKey({ putAtMs: (name?.putAtMs ?? 0) + 1, batch: 'other' });
    tampering.files.set(to, tampering.files.get(key) ?? Buffer.alloc(0));
    // Half of the time a copy.
    if (tampering.below(2) === 0) tampering.files.delete(key);
    return [{ object: to }];
  },
  'an object with no name of the archive': (tampering) => {
    const key = `${pick(keysBelow(tampering.files, 'changes/'), tampering.below)}.bak`;
    tampering.files.set(key, Buffer.from('{}\n'));
    return [{ object: key }];
  },
  'two objects in each other’s place': (tampering) => {
    const keys = keysBelow(tampering.files, 'changes/');
    const [one, other] = [tampering.below(keys.length), 1 + tampering.below(keys.length - 1)];
    const [left = '', right = ''] = [keys[one], keys[(one + other) % keys.length]];
    const [bytes, others] = [tampering.files.get(left), tampering.files.get(right)];
    tampering.files.set(left, others ?? Buffer.alloc(0)).set(right, bytes ?? Buffer.alloc(0));
    return [{ object: left }, { object: right }];
  },
};

type Signed = Extract<ReturnType<typeof readSignedDigest>, { read: true }>['signed'];

function pickDigest({ files, below }: Tampering): { readonly key: string; readonly signed: Signed } {
  const key = pick(keysBelow(files, 'digests/'), below);
  const read = readSignedDigest(files.get(key) ?? Buffer.alloc(0));
  if (!read.read) throw new Error(read.problem);
  return { key, signed: read.signed };
}

export const digestTampers: Readonly<Record<string, Tamper>> = {
  'a digest that is gone': (tampering) => {
    const keys = keysBelow(tampering.files, 'digests/');
    const index = tampering.below(keys.length);
    tampering.files.delete(keys[index] ?? '');
    // The one behind it has nothing to follow; of the last one, the time is covered by none.
    const next = keys[index + 1];
    return [next === undefined ? {} : { object: next }];
  },
  'the end of the archive cut off': ({ files, below }) => {
    const digests = keysBelow(files, 'digests/');
    const kept = below(digests.length);
    const last = readSignedDigest(files.get(digests[kept - 1] ?? '') ?? Buffer.alloc(0));
    const endMs = last.read ? last.signed.digest.toMs : 0;
    for (const key of digests.slice(kept)) files.delete(key);
    for (const key of keysBelow(files, 'changes/'))
      if ((readChangeObjectKey(key)?.putAtMs ?? 0) >= endMs) files.delete(key);
    return [{}];
  },
  'a byte of a digest': (tampering) => flip(tampering, 'digests/'),
  'bytes behind a digest': (tampering) => append(tampering, 'digests/', pick(NOISE, tampering.below)),
  'what a digest says': (tampering) => {
    const { key, signed } = pickDigest(tampering);
    const digest = { ...signed.digest, records: signed.digest.records + 1 };
    tampering.files.set(key, signedDigestBytes({ ...signed, digest }));
    return [{ object: key }];
  },
  'a digest signed anew with another key': async (tampering) => {
    const { key, signed } = pickDigest(tampering);
    const { digest } = signed;
    const objects = digest.objects.slice(tampering.below(2));
    const records = objects.reduce((sum, object) => sum + object.records, 0);
    const resigned = await tampering.stranger.sign({ ...digest, objects, records });
    const { keyId } = tampering.below(2) === 0 ? signed.signature : resigned.signature;
    tampering.files.set(key, signedDigestBytes({ ...resigned, signature: { ...resigned.signature, keyId } }));
    return [{ object: key }];
  },
  'a digest that says another key': (tampering) => {
    const { key, signed } = pickDigest(tampering);
    const signature = { ...signed.signature, keyId: 'arn:aws:kms:eu-west-1:111111111111:key/other' };
    tampering.files.set(key, signedDigestBytes({ ...signed, signature }));
    return [{ object: key }];
  },
  'a digest in another’s place': (tampering) => {
    const [from, to] = [pickDigest(tampering), pickDigest(tampering)];
    const key = from.key === to.key ? digestKey({ sequence: 99, fromMs: to.signed.digest.fromMs }) : to.key;
    tampering.files.set(key, tampering.files.get(from.key) ?? Buffer.alloc(0));
    return [{ object: key }];
  },
  'a list of leaves that is gone': (tampering) => remove(tampering, 'leaves/'),
  'a byte of a list of leaves': (tampering) => flip(tampering, 'leaves/'),
  'bytes behind a list of leaves': (tampering) => append(tampering, 'leaves/', pick(NOISE, tampering.below)),
};
