import { beforeEach, describe, expect, it } from 'vitest';
import { archiveChange } from '../../../../../lib/audit/archive/archive-change.ts';
import { digestKey } from '../../../../../lib/audit/archive/archive-keys.ts';
import { changeObject } from '../../../../../lib/audit/archive/change-object.ts';
import { linesOf } from '../../../../../lib/audit/archive/digests/digest-object.ts';
import {
  LONGEST_PERIOD_MS,
  makeMakeDigests,
  SETTLE_MS,
} from '../../../../../lib/audit/archive/digests/make-digests.ts';
import { MOST_OBJECTS } from '../../../../../lib/audit/archive/digests/settled-objects.ts';
import {
  readSignedDigest,
  type SignedDigest,
  signatureHolds,
} from '../../../../../lib/audit/archive/digests/signed-digest.ts';
import { linkProblem } from '../../../../../lib/audit/digest.ts';
import { merkleTree } from '../../../../../lib/audit/merkle.ts';
import { digestSigner } from '../../../../support/digest-signer.ts';
import { frozenClock, START_MS } from '../../../../support/frozen-clock.ts';
import { type InMemoryArchive, inMemoryArchive } from '../../../../support/in-memory-archive.ts';
import { lives } from '../../../../support/issuance-life.ts';
import { recordedTransitions } from '../../../../support/recorded-transitions.ts';
import { streamChange } from '../../../../support/stream-change.ts';

const MINUTE_MS = 60_000;
const { sign, publicKey } = digestSigner();
let archive: InMemoryArchive;
let clock: ReturnType<typeof frozenClock>;
let log: ReturnType<typeof recordedTransitions>;
let count: number;
beforeEach(() => {
  archive = inMemoryArchive();
  clock = frozenClock();
  log = recordedTransitions();
  count = 0;
});

const maker = (bucket = archive) => makeMakeDigests({ bucket, sign, log, clock, config: { deploymentId: 'local1' } });
const tick = (make = maker(), remainingMs = 60_000) => make({ remainingMs: () => remainingMs });

/** An object of so many changes, put now. */
async function put(changes: number, putAtMs = clock.nowMs()): Promise<string> {
  const made = Array.from({ length: changes }, () => {
    count += 1;
    return archiveChange(streamChange({ after: lives.intended }, count)).archived;
  });
  const [first, ...rest] = made;
  if (first === undefined) throw new Error('an object has a change');
  const { key, bytes } = changeObject([first, ...rest], putAtMs);
  archive.objects.set(key, bytes);
  return key;
}

function digests(): readonly SignedDigest[] {
  const keys = [...archive.objects.keys()].filter((key) => key.startsWith('digests/')).sort();
  return keys.map((key) => {
    const reading = readSignedDigest(archive.objects.get(key) ?? new Uint8Array());
    if (!reading.read) throw new Error(reading.problem);
    expect(key).toBe(digestKey(reading.signed.digest));
    return reading.signed;
  });
}

/** Signed, in a chain without a gap, over just what is there. */
function expectChain(): readonly SignedDigest[] {
  const all = digests();
  all.forEach((signed, index) => {
    expect(signatureHolds(signed, publicKey)).toBe(true);
    expect(linkProblem(signed.digest, all[index - 1]?.digest)).toBeUndefined();
    const tree = merkleTree();
    for (const { key } of signed.digest.objects) {
      for (const line of linesOf(archive.objects.get(key) ?? new Uint8Array())) tree.append(line);
    }
    expect(signed.digest.merkleRoot).toBe(tree.root());
    expect(signed.digest.records).toBe(tree.count);
  });
  return all;
}

const keysIn = ({ digest }: SignedDigest) => digest.objects.map(({ key }) => key);

describe('making digests', () => {
  it('begins with everything that is there, and goes on where it ended', async () => {
    const first = await put(3);
    clock.advance(SETTLE_MS + 1);
    expect(await tick()).toEqual({ made: 1 });
    const second = await put(2);
    clock.advance(5 * MINUTE_MS);
    expect(await tick()).toEqual({ made: 1 });
    const [one, two] = expectChain();
    expect([one && keysIn(one), two && keysIn(two)]).toEqual([[first], [second]]);
    expect(one?.digest).toMatchObject({ sequence: 0, fromMs: 0, records: 3, deploymentId: 'local1' });
  });

  it('says so of a period in which nothing was put', async () => {
    clock.advance(SETTLE_MS);
    await tick();
    clock.advance(5 * MINUTE_MS);
    await tick();
    expect(expectChain().map(({ digest }) => digest.records)).toEqual([0, 0]);
  });

  it('leaves what was put less than two minutes ago to the next', async () => {
    const settled = await put(1, START_MS);
    const fresh = await put(1, START_MS + 1);
    clock.set(START_MS + SETTLE_MS + 1);
    await tick();
    expect(expectChain().flatMap(keysIn)).toEqual([settled]);
    clock.advance(1);
    await tick();
    expect(expectChain().flatMap(keysIn)).toEqual([settled, fresh]);
  });

  it('makes none when nothing more can have settled', async () => {
    await tick();
    expect(await tick()).toEqual({ made: 0 });
    clock.advance(-5_000);
    expect(await tick()).toEqual({ made: 0 });
    expect(digests()).toHaveLength(1);
  });

  it('makes several after an hour without a tick, none over a longer period than ten minutes', async () => {
    await tick();
    const keys: string[] = [];
    for (let minute = 0; minute < 60; minute += 7) keys.push(await put(1, START_MS + minute * MINUTE_MS));
    clock.advance(60 * MINUTE_MS);
    expect(await tick()).toEqual({ made: 6 });
    const [, ...late] = expectChain();
    expect(late.flatMap(keysIn)).toEqual(keys);
    for (const { digest } of late) expect(digest.toMs - digest.fromMs).toBeLessThanOrEqual(LONGEST_PERIOD_MS);
    expect(late.at(-1)?.digest.toMs).toBe(clock.nowMs() - SETTLE_MS);
  });

  it('makes one a tick, however long that takes', async () => {
    const running = {
      nowMs() {
        clock.advance(7);
        return clock.nowMs();
      },
    };
    const make = makeMakeDigests({ bucket: archive, sign, log, clock: running, config: { deploymentId: 'local1' } });
    expect(await tick(make)).toEqual({ made: 1 });
    clock.advance(5 * MINUTE_MS);
    expect(await tick(make)).toEqual({ made: 1 });
    expectChain();
  });

  it('stops in time and goes on with the next tick', async () => {
    await tick();
    clock.advance(60 * MINUTE_MS);
    expect(await tick(maker(), 29_000)).toEqual({ made: 1 });
    expect(await tick()).toEqual({ made: 5 });
    expectChain();
  });

  it('cuts a period short that has too many objects, and never within a millisecond', async () => {
    const times = Array.from({ length: MOST_OBJECTS + 3 }, (_, index) => START_MS + Math.floor(index / 2));
    for (const time of times) await put(1, time);
    clock.set(START_MS + SETTLE_MS + MOST_OBJECTS);
    await tick();
    const all = expectChain();
    expect(all.map(({ digest }) => digest.objects.length)).toEqual([MOST_OBJECTS, 3]);
    expect(all[0]?.digest.toMs).toBe(START_MS + MOST_OBJECTS / 2);
  });

  it('signs what it had time to hash, and goes on behind it', async () => {
    const times = Array.from({ length: 100 }, (_, index) => START_MS + Math.floor(index / 3));
    for (const [index, time] of times.entries()) await put(1, time + (index % 3 === 2 ? 1 : 0));
    clock.set(START_MS + SETTLE_MS + 1_000);
    let leftMs = 60_000;
    const slow = {
      ...archive,
      read(key: string) {
        leftMs -= 1_000;
        if (leftMs <= 0) throw new Error('the function was stopped');
        return archive.read(key);
      },
    };
    for (let ticks = 0; ticks < 3; ticks += 1) {
      leftMs = 60_000;
      await maker(slow)({ remainingMs: () => leftMs });
      clock.advance(5 * MINUTE_MS);
    }
    expect(expectChain().flatMap(keysIn)).toHaveLength(100);
  });

  it('takes all objects of a millisecond, however many, and none behind it', async () => {
    for (let index = 0; index < MOST_OBJECTS + 5; index += 1) await put(1, START_MS);
    const next = await put(1, START_MS + 1);
    clock.set(START_MS + SETTLE_MS + 2);
    await tick();
    const all = expectChain();
    expect(all.map(({ digest }) => digest.objects.length)).toEqual([MOST_OBJECTS + 5, 1]);
    expect(all.flatMap(keysIn).at(-1)).toBe(next);
  });

  it('goes over midnight without a second digest of one number', async () => {
    const midnight = Date.parse('2031-05-07T00:00:00.000Z');
    clock.set(midnight + SETTLE_MS - 1);
    await tick();
    // Two ticks at once whose clocks stand on both sides of midnight make their digest in the same place.
    clock.set(midnight + SETTLE_MS + 5 * MINUTE_MS);
    const slow = heldBack(archive);
    const other = tick(maker(slow.bucket));
    await slow.isHeld;
    clock.set(midnight + SETTLE_MS + 5 * MINUTE_MS + 700);
    await tick();
    slow.letGo();
    expect(await other).toEqual({ made: 0 });
    expect(expectChain().map(({ digest }) => digest.sequence)).toEqual([0, 1]);
  });

  it('says in the log which digest it was, so that the log is a second witness', async () => {
    await tick();
    expect(log.lines).toEqual([
      {
        transition: 'digest.signed',
        explanation: expect.stringMatching(/^digest 0 of 0 records, sha256 [0-9a-f]{64}$/),
      },
    ]);
  });

  it('makes none in the place of one that it put and that is gone', async () => {
    const make = maker();
    await tick(make);
    clock.advance(5 * MINUTE_MS);
    await tick(make);
    archive.objects.delete(
      [...archive.objects.keys()]
        .filter((key) => key.startsWith('digests/'))
        .sort()
        .at(-1) ?? '',
    );
    clock.advance(5 * MINUTE_MS);
    await expect(tick(make)).rejects.toMatchObject({ code: 'store.itemInvalid' });
    expect(log.lines.at(-1)).toMatchObject({ transition: 'digest.gone' });
    expect(digests()).toHaveLength(1);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a byte more', (bytes) => Buffer.concat([bytes, Buffer.from('\n')])],
    ['another shape', () => Buffer.from('{}')],
  ])('follows no digest that has %s', async (_, spoil) => {
    await tick();
    for (const [key, bytes] of archive.objects) archive.objects.set(key, spoil(bytes));
    clock.advance(5 * MINUTE_MS);
    await expect(tick()).rejects.toMatchObject({ code: 'store.itemInvalid' });
  });

  it('counts no object that is not of changes, and says that it is there', async () => {
    archive.objects.set('changes/dt=2031-05-06/readme.txt', Buffer.from('x'));
    const own = await put(1);
    clock.advance(SETTLE_MS + 1);
    await tick();
    expect(expectChain().flatMap(keysIn)).toEqual([own]);
    expect(log.lines[0]).toMatchObject({
      transition: 'archive.foreignObject',
      explanation: '1 objects are not of changes',
    });
  });

  it('hashes what stands in an object, whatever that is', async () => {
    const key = await put(1);
    archive.objects.set(key, Buffer.from('{}\n\nnot JSON\nand no line break'));
    clock.advance(SETTLE_MS + 1);
    await tick();
    expect(expectChain().map(({ digest }) => digest.records)).toEqual([4]);
  });

  it('is made of nothing that cannot be read', async () => {
    await put(1);
    clock.advance(SETTLE_MS + 1);
    await expect(tick(maker({ ...archive, read: async () => undefined }))).rejects.toMatchObject({
      code: 'store.unavailable',
    });
    expect(digests()).toEqual([]);
  });
});

/** The archive, whose next put waits. */
function heldBack(bucket: InMemoryArchive) {
  const held = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  return {
    isHeld: held.promise,
    letGo: () => gate.resolve(),
    bucket: {
      ...bucket,
      async putNew(key: string, bytes: Uint8Array) {
        held.resolve();
        await gate.promise;
        return bucket.putNew(key, bytes);
      },
    },
  };
}
