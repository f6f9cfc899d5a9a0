import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Issuance } from '../../../lib/ledger/issuance.ts';
import { closeAttempt } from '../../../lib/ledger/issuance-change.ts';
import { nextAttempt } from '../../../lib/ledger/issuance-intents.ts';
import { grounds, lives } from '../broker/issuance-lives.ts';
import { type ChangeCase, changeCases, later } from './issuance-changes.cases.ts';

const CHAINED = new Set(['trail', 'trailHead', 'attempts']);

/** The members of `after` that `before` has not, or not so. */
function differing(before: object, after: object): object {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => !old.has(name) || !isDeepStrictEqual(value, old.get(name))),
  );
}

function made({ before, after }: ChangeCase) {
  const from = lives();
  return { before: before && from[before], after: after(from) };
}

function withoutChain(issuance: Issuance | undefined): object {
  return Object.fromEntries(Object.entries(issuance ?? {}).filter(([name]) => !CHAINED.has(name)));
}

describe.each(changeCases)('$name', (change) => {
  const { set, removed = [], entry, attempt, closed = {} } = change;

  it('changes these attributes of the record and no others', () => {
    const { before, after } = made(change);
    const [old, now] = [withoutChain(before), withoutChain(after)];
    expect(differing(old, now)).toStrictEqual(set);
    expect(
      Object.keys(old)
        .filter((name) => !(name in now))
        .sort(),
    ).toEqual(removed);
  });

  it('says what happened, and when', () => {
    const { after } = made(change);
    const { sequence: _sequence, hash: _hash, previousHash: _previous, ...told } = after.trail.at(-1) ?? {};
    expect(told).toStrictEqual({ atMs: later, ...entry });
  });

  it('changes its own attempt, and of the one before what became of it', () => {
    const { before, after } = made(change);
    const place = Math.max(after.attempts.length - 1, 0);
    expect(differing(before?.attempts[place] ?? {}, after.attempts[place] ?? {})).toStrictEqual(attempt);
    expect(differing(before?.attempts[place - 1] ?? {}, after.attempts[place - 1] ?? {})).toStrictEqual(closed);
  });
});

describe('an attempt that nobody goes on with', () => {
  it.each([
    ['failed, where the last call’s refusal was read in full', 'throttled', 'failed'],
    ['unknown, where its owner was silent', 'intended', 'unknown'],
    ['unclaimed, where there was a session', 'issuedOne', 'unclaimed'],
  ] as const)('is %s', (_, name, outcome) => {
    const before = lives()[name];
    const [attempt] = before.attempts;
    expect(closeAttempt(before)).toStrictEqual([{ ...attempt, outcome }]);
  });

  it('stays as it is once another follows', () => {
    const second = nextAttempt(lives().throttled, grounds, later);
    const third = nextAttempt(second, grounds, later);
    expect(third.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'unknown', 'open']);
  });
});
