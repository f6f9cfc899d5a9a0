/** The parts of which what an entry makes of an issuance is made. */
import type { Attempt } from '../../../ledger/issuance.ts';
import type { TrailEntry } from '../../../ledger/trail.ts';
import type { Told } from './told-state.ts';

/** What of an issuance never changes, and what its job wrote. */
export type Folding = {
  readonly recordId: string;
  readonly delivery?: 'caller';
  /** Of claim and report, if there are any. */
  readonly reportSha256: string;
};

/** What may stand after an entry: one of these. */
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

/** What an entry tells of a session. */
export function sessionOf({ accessKeyId, assumedRoleId, stsRequestId, issuedAtMs, expiresAtMs }: TrailEntry) {
  return {
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(assumedRoleId === undefined ? {} : { assumedRoleId }),
    ...(stsRequestId === undefined ? {} : { stsRequestId }),
    ...(issuedAtMs === undefined ? {} : { issuedAtMs }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}
