import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  appendEntry,
  type NewEntry,
  TRAIL_TYPES,
  type TrailEntry,
  trailEntrySchema,
  trailHolds,
  trailRoot,
} from '../../../lib/ledger/trail.ts';
import { canonicalJson } from '../../../lib/platform/canonical-json.ts';
import { sha256Hex } from '../../../lib/platform/ids.ts';

const issuanceId = `scan-account.${'a'.repeat(32)}`;
const another = `scan-account.${'b'.repeat(32)}`;

const hash = fc.string({ minLength: 1 }).map(sha256Hex);
const newEntry: fc.Arbitrary<NewEntry> = fc.record({
  type: fc.constantFrom(...TRAIL_TYPES),
  atMs: fc.nat(),
  facts: fc.record(
    {
      attempt: fc.nat(3),
      call: fc.nat(8),
      code: fc.string(),
      explanation: fc.string({ unit: 'grapheme' }),
      roleArn: fc.string(),
      policySha256: hash,
      expiresAtMs: fc.maxSafeNat(),
    },
    { requiredKeys: ['attempt'] },
  ),
});
const entries = fc.array(newEntry, { minLength: 1, maxLength: 12 });

function trailOf(list: readonly NewEntry[], id = issuanceId): readonly TrailEntry[] {
  return list.reduce<readonly TrailEntry[]>((trail, entry) => appendEntry(trail, { issuanceId: id, entry }), []);
}

/** What the record keeps beside the trail, and every write is conditional on. */
function headOf(trail: readonly TrailEntry[]): string {
  return trail.at(-1)?.hash ?? '';
}

/** As an auditor finds out: the chain holds, and ends where the record says. */
function isIntact(trail: readonly TrailEntry[], { id = issuanceId, head }: { id?: string; head: string }): boolean {
  return trailHolds(trail, id) && headOf(trail) === head;
}

describe('a trail', () => {
  it('holds as it grows, each entry bound to the one before', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const trail = trailOf(list);
        expect(trail.map(({ sequence }) => sequence)).toEqual(list.map((_, index) => index));
        expect(trail[0]?.previousHash).toBe(trailRoot(issuanceId));
        expect(v.is(v.array(trailEntrySchema), trail)).toBe(true);
        expect(trailHolds(trail, issuanceId)).toBe(true);
        // Every beginning of it held too, when it was the whole.
        expect(trail.every((_, length) => trailHolds(trail.slice(0, length), issuanceId))).toBe(true);
      }),
    );
  });

  it('holds whatever the order in which a table gives the members of an entry', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const turned = trailOf(list).map((entry) =>
          v.parse(trailEntrySchema, Object.fromEntries(Object.entries(entry).reverse())),
        );
        expect(trailHolds(turned, issuanceId)).toBe(true);
      }),
    );
  });

  it('leaves the trail before it as it was', () => {
    const before = Object.freeze([...trailOf([{ type: 'intended', atMs: 1, facts: {} }])]);
    expect(appendEntry(before, { issuanceId, entry: { type: 'denied', atMs: 2, facts: {} } })).toHaveLength(2);
    expect(before).toHaveLength(1);
  });
});

type Tamper = (trail: readonly TrailEntry[], at: number, to: number) => readonly TrailEntry[];
const forged: NewEntry = { type: 'issued', atMs: 7, facts: { attempt: 2 } };

const tampers: readonly (readonly [name: string, tamper: Tamper])[] = [
  ['deleting an entry', (trail, at) => trail.toSpliced(at, 1)],
  ['cutting the end', (trail, at) => trail.slice(0, at)],
  ['cutting the beginning', (trail, at) => trail.slice(at + 1)],
  ['doubling an entry', (trail, at) => trail.toSpliced(at, 0, ...trail.slice(at, at + 1))],
  ['turning it round', (trail) => trail.toReversed()],
  [
    'swapping two entries',
    (trail, at, to) =>
      trail.map((entry, index) => (index === at ? trail[to] : index === to ? trail[at] : entry) ?? entry),
  ],
  [
    'inserting a forged entry that is chained right',
    (trail, at) => [...appendEntry(trail.slice(0, at), { issuanceId, entry: forged }), ...trail.slice(at)],
  ],
  ['forging the rest, chained right', (trail, at) => appendEntry(trail.slice(0, at), { issuanceId, entry: forged })],
  ['appending a forged entry', (trail) => appendEntry(trail, { issuanceId, entry: forged })],
  ['dropping everything', () => []],
];

describe('a tamper', () => {
  it.each(tampers)('is found: %s', (_, tamper) => {
    fc.assert(
      fc.property(entries, fc.nat(11), fc.nat(11), (list, one, other) => {
        const trail = trailOf(list);
        const tampered = tamper(trail, one % trail.length, other % trail.length);
        // Swapping an entry with itself, or turning one entry round, is no tamper.
        fc.pre(JSON.stringify(tampered) !== JSON.stringify(trail));
        expect(isIntact(tampered, { head: headOf(trail) })).toBe(false);
      }),
    );
  });

  it('is found where any one member of any entry is changed, removed or added', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), (list, one, other) => {
        const trail = trailOf(list);
        const at = one % trail.length;
        const entry = trail[at] ?? trail[0];
        const members = Object.keys(entry ?? {});
        const member = members[other % members.length] ?? '';
        const value: unknown = Reflect.get(entry ?? {}, member);
        const changed = typeof value === 'number' ? value + 1 : `${value}x`;
        for (const tampered of [{ [member]: changed }, { [member]: undefined }, { stsRequestId: 'added' }]) {
          const other = trail.map((there, index) => (index === at ? { ...there, ...tampered } : there));
          expect(isIntact(other, { head: headOf(trail) })).toBe(false);
        }
      }),
    );
  });

  it('is found where a number is left out or used twice, even if all is chained right', () => {
    const trail = trailOf([{ type: 'intended', atMs: 1, facts: {} }]);
    for (const sequence of [0, 2, 1.5]) {
      const body = { sequence, type: 'denied', atMs: 2, previousHash: headOf(trail) } as const;
      const forgery = [...trail, { ...body, hash: sha256Hex(canonicalJson(body)) }];
      expect(trailHolds(forgery, issuanceId)).toBe(false);
    }
  });

  it('is found where any bit of its stored text is flipped', () => {
    const trail = trailOf([
      {
        type: 'intended',
        atMs: 1,
        facts: { attempt: 1, call: 1, owner: 'o', roleArn: 'arn:aws:iam::222222222222:role/r' },
      },
      { type: 'issued', atMs: 2, facts: { attempt: 1, accessKeyId: 'ASIA', policySha256: sha256Hex('p') } },
      { type: 'expired', atMs: 3, facts: { attempt: 1 } },
    ]);
    const bytes = Buffer.from(JSON.stringify(trail));
    const missed: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const read = readStored(flipped.toString('utf8'));
      if (read !== undefined && isIntact(read, { head: headOf(trail) })) missed.push(bit);
    }
    expect(missed).toEqual([]);
  });

  it('is found where a trail stands under another issuance', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const trail = trailOf(list);
        expect(isIntact(trail, { id: another, head: headOf(trail) })).toBe(false);
      }),
    );
  });

  it('is found where entries of two trails are mixed', () => {
    fc.assert(
      fc.property(entries, entries, fc.nat(11), (list, others, at) => {
        const trail = trailOf(list);
        const foreign = trailOf(others, another);
        const cut = at % trail.length;
        const mixed = [...trail.slice(0, cut), ...foreign.slice(cut)];
        expect(isIntact(mixed, { head: headOf(trail) })).toBe(false);
      }),
    );
  });
});

/** The trail as the schema lets it in, or undefined where it does not: that is found too. */
function readStored(text: string): readonly TrailEntry[] | undefined {
  try {
    const read = v.safeParse(v.array(trailEntrySchema), JSON.parse(text));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

it.each(['secretAccessKey', 'sessionToken', 'externalId', 'policy', 'input', '__proto__', 'constructor'])(
  'an entry has no place for %s',
  (name) => {
    const [entry] = trailOf([{ type: 'intended', atMs: 1, facts: {} }]);
    const extended = JSON.parse(JSON.stringify(entry).replace('{', `{${JSON.stringify(name)}:"canary",`));
    const read = v.safeParse(trailEntrySchema, extended);
    expect(read.success && JSON.stringify(read.output).includes('canary')).toBe(false);
  },
);
