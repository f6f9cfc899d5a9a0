import type { ListedObject, ObjectSource } from '../../platform/object-source.ts';
import { CHANGES_PREFIX, DIGESTS_PREFIX, readChangeObjectKey } from '../archive/archive-keys.ts';
import type { Digest } from '../digest.ts';
import type { ProvenDigest } from './digest-chain.ts';
import type { Report } from './verification-finding.ts';

/** A half-open period in milliseconds; undefined means from the beginning, or to the end. */
export type Period = { readonly fromMs?: number | undefined; readonly toMs?: number | undefined };

export type Step =
  | { readonly kind: 'digestBegins'; readonly key: string; readonly digest: Digest }
  | { readonly kind: 'covered'; readonly listed: ListedObject; readonly entry: Digest['objects'][number] }
  | { readonly kind: 'missing'; readonly entry: Digest['objects'][number] }
  | { readonly kind: 'digestEnds' }
  /** No proven digest covers the object. */
  | { readonly kind: 'uncovered'; readonly listed: ListedObject }
  /** The object is so new that its digest is still to come. */
  | { readonly kind: 'pending'; readonly listed: ListedObject };

/**
 * An object settles for two minutes and waits up to five for the next digest, which itself takes time: an older object
 * that no digest covers will never be covered.
 */
export const COVERED_AFTER_MS = 10 * 60_000;

export type StepsOptions = {
  readonly changes: AsyncIterator<ListedObject>;
  readonly report: Report;
  readonly period: Period;
  readonly nowMs: number;
};

/**
 * Goes over digests and objects side by side. Both come in the order of their names, which is the order of time, so
 * neither list is ever held as a whole.
 */
export async function* archiveSteps(
  digests: AsyncIterable<ProvenDigest>,
  { changes, report, period, nowMs }: StepsOptions,
): AsyncGenerator<Step, void> {
  const place = { beginMs: period.fromMs ?? 0, endMs: 0 };
  let next = await changes.next();
  const takeUntil = async function* (key: string | undefined): AsyncGenerator<Step, void> {
    while (next.done !== true && (key === undefined || next.value.key < key)) {
      const step = stepOf(next.value, { ...place, period, nowMs, report });
      if (step !== undefined) yield step;
      next = await changes.next();
    }
  };
  for await (const { key, digest } of digests) {
    if (place.endMs === 0 && period.fromMs !== undefined) place.beginMs = digest.fromMs;
    yield { kind: 'digestBegins', key, digest };
    for (const entry of orderedObjects({ key, digest }, report)) {
      yield* takeUntil(entry.key);
      if (next.done !== true && next.value.key === entry.key) {
        yield { kind: 'covered', listed: next.value, entry };
        next = await changes.next();
      } else yield { kind: 'missing', entry };
    }
    yield { kind: 'digestEnds' };
    place.endMs = digest.toMs;
  }
  yield* takeUntil(undefined);
}

type Place = Pick<StepsOptions, 'period' | 'nowMs' | 'report'> & {
  /** Objects older than this lie outside the period. */
  readonly beginMs: number;
  /** Where the last proven digest ends. */
  readonly endMs: number;
};

/**
 * The step for an object that the next digest does not name. Undefined when the object lies outside the verified
 * period, or is not an object of changes.
 */
function stepOf(listed: ListedObject, { beginMs, endMs, period, nowMs, report }: Place): Step | undefined {
  const putAtMs = readChangeObjectKey(listed.key)?.putAtMs;
  if (putAtMs === undefined) {
    report({ kind: 'nameUnknown', object: listed.key, explanation: 'no object of changes has such a name' });
    return undefined;
  }
  const isOutside = putAtMs < beginMs || (period.toMs !== undefined && putAtMs >= Math.max(period.toMs, endMs));
  if (isOutside) return undefined;
  const isNew = putAtMs >= endMs && Math.abs(nowMs - putAtMs) < COVERED_AFTER_MS;
  return { kind: isNew ? 'pending' : 'uncovered', listed };
}

/**
 * A signed digest that contradicts itself was made by somebody who may sign: it is reported, and verification goes on.
 */
function orderedObjects({ key, digest }: ProvenDigest, report: Report): Digest['objects'] {
  const { objects, fromMs, toMs } = digest;
  const isWrong = objects.some((entry, index) => {
    const putAtMs = readChangeObjectKey(entry.key)?.putAtMs;
    const isLater = index === 0 || entry.key > (objects[index - 1]?.key ?? '');
    return putAtMs === undefined || putAtMs < fromMs || putAtMs >= toMs || !isLater;
  });
  if (!isWrong) return objects;
  const explanation = 'its objects are not in their order, not of its period, or have no name of the archive';
  report({ kind: 'digestContradictory', object: key, explanation });
  return [...objects].sort((left, right) => (left.key < right.key ? -1 : 1));
}

const DAY_MS = 86_400_000;

/**
 * The digests that may belong to a period, and at least the one before it. The very first digest lies under 1970-01-01,
 * and is included if the second one is.
 */
export async function* listDigests(
  source: ObjectSource,
  { fromMs, toMs }: Period,
  nowMs: number,
): AsyncGenerator<ListedObject, void> {
  if (fromMs === undefined) return yield* source.list(DIGESTS_PREFIX);
  const days = { prefix: DIGESTS_PREFIX, fromMs: Math.max(DAY_MS, fromMs - DAY_MS), toMs: (toMs ?? nowMs) + DAY_MS };
  let isFirst = true;
  for await (const listed of listDays(source, days)) {
    if (isFirst && listed.key.endsWith(SECOND)) yield* source.list(BEGINNING);
    isFirst = false;
    yield listed;
  }
  if (isFirst) yield* source.list(BEGINNING);
}

const BEGINNING = `${DIGESTS_PREFIX}dt=1970-01-01/`;
const SECOND = '/000000000001.json';

export function listChanges(source: ObjectSource, period: Period, nowMs: number): AsyncIterable<ListedObject> {
  const { fromMs, toMs } = period;
  if (fromMs === undefined) return source.list(CHANGES_PREFIX);
  return listDays(source, { prefix: CHANGES_PREFIX, fromMs: fromMs - DAY_MS, toMs: (toMs ?? nowMs) + DAY_MS });
}

type Days = { readonly prefix: string; readonly fromMs: number; readonly toMs: number };

async function* listDays(source: ObjectSource, { prefix, fromMs, toMs }: Days): AsyncGenerator<ListedObject, void> {
  for (let dayMs = fromMs - (fromMs % DAY_MS); dayMs < toMs; dayMs += DAY_MS) {
    yield* source.list(`${prefix}dt=${new Date(dayMs).toISOString().slice(0, 10)}/`);
  }
}
