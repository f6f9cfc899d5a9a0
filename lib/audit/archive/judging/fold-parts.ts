/** The parts from which the effects of trail entries are built. */
import type { Attempt } from '../../../ledger/issuance.ts';
import type { TrailEntry } from '../../../ledger/trail.ts';
import type { Told } from './told-state.ts';

/** The facts of an issuance that never change, and what its job wrote. */
export type Folding = {
  readonly recordId: string;
  readonly delivery?: 'caller';
  /** Hash of the claim and the report, if there are any. */
  readonly reportSha256: string;
};

/** Returns the possible states after an entry; exactly one of them must hold. */
export type Fold = (before: Told, entry: TrailEntry, folding: Folding) => readonly Told[];

export function outcomeOf(before: Told): Attempt['outcome'] {
  return before.attempts.at(-1)?.outcome ?? 'open';
}

export function amended(before: Told, change: Partial<Attempt>): readonly Attempt[] {
  return before.attempts.map((attempt) => (attempt.attempt === before.attempt ? { ...attempt, ...change } : attempt));
}

export function codeOf({ code }: TrailEntry) {
  return code === undefined ? {} : { code };
}

export function requestOf({ stsRequestId }: TrailEntry) {
  return stsRequestId === undefined ? {} : { stsRequestId };
}

export function answeredBy({ stsRequestId }: TrailEntry) {
  return stsRequestId === undefined ? {} : { lastStsRequestId: stsRequestId };
}

export function keyOf({ accessKeyId }: TrailEntry) {
  return accessKeyId === undefined ? {} : { lastAccessKeyId: accessKeyId };
}

/** The facts of a session that an entry gives. */
export function sessionOf({ accessKeyId, assumedRoleId, stsRequestId, issuedAtMs, expiresAtMs }: TrailEntry) {
  return {
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(assumedRoleId === undefined ? {} : { assumedRoleId }),
    ...(stsRequestId === undefined ? {} : { stsRequestId }),
    ...(issuedAtMs === undefined ? {} : { issuedAtMs }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}
