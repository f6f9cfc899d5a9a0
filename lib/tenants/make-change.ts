import { canonicalJson } from '../platform/canonical-json.ts';
import { sha256Hex } from '../platform/ids.ts';
import type { Change, ChangeNote } from './change.ts';
import type { Tenant, TenantRole } from './tenant.ts';

type Members = Readonly<Partial<Tenant>> | Readonly<Partial<TenantRole>>;

/** The change to be written with an item: the caller's note, the time, and the members that differ. */
export function makeChange(
  { change, by, reason }: ChangeNote,
  { atMs, ...differing }: Pick<Change, 'atMs' | 'before' | 'after'>,
): Change {
  return { change, atMs, by, ...(reason === undefined ? {} : { reason }), ...differing };
}

/**
 * Those of the named members that differ, before and after, with external IDs as their SHA-256. Empty when none does.
 */
export function difference(
  before: Members,
  after: Members,
  names: readonly string[],
): Pick<Change, 'before' | 'after'> {
  const [were, are] = [recordable(before), recordable(after)];
  const changed = names.filter((name) => !isSame(were[name], are[name]));
  const pick = (from: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(changed.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
  return changed.length === 0 ? {} : { before: pick(were), after: pick(are) };
}

function recordable(members: Members): Readonly<Record<string, unknown>> {
  if (!('externalIds' in members) || members.externalIds === undefined) return members;
  const { current, next } = members.externalIds;
  const hashed = { current: sha256Hex(current), ...(next === undefined ? {} : { next: sha256Hex(next) }) };
  return { ...members, externalIds: hashed };
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalJson(one) === canonicalJson(other);
}
