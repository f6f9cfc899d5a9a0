/** The layout of the archive's bucket. Partitions are named as Athena and DuckDB read them: `dt=YYYY-MM-DD`, UTC. */
export const CHANGES_PREFIX = 'changes/';
export const DIGESTS_PREFIX = 'digests/';

export type ChangeObjectName = {
  /** When the writing of the object began, by the clock of the writer. */
  readonly putAtMs: number;
  /** Tells apart the objects of one millisecond: letters and digits. */
  readonly batch: string;
};

/** `changes/dt=2026-11-21/001795246800000-<batch>.jsonl`: the order of the names is the order of time. */
export function changeObjectKey({ putAtMs, batch }: ChangeObjectName): string {
  return `${CHANGES_PREFIX}dt=${day(putAtMs)}/${padded(putAtMs, 15)}-${batch}.jsonl`;
}

/** Undefined for a key that `changeObjectKey` does not make. */
export function readChangeObjectKey(key: string): ChangeObjectName | undefined {
  const [, putAt, batch] = /^changes\/dt=\d{4}-\d{2}-\d{2}\/(\d{15})-([A-Za-z0-9]{1,64})\.jsonl$/.exec(key) ?? [];
  if (putAt === undefined || batch === undefined) return undefined;
  const name = { putAtMs: Number(putAt), batch };
  return changeObjectKey(name) === key ? name : undefined;
}

/**
 * `digests/dt=2026-11-21/000000000042.json`, under the day on which the digest's period began. That day follows from
 * the digest before, so two processes that make the same digest at once use the same key, and one of the two is kept.
 * The first digest lies under 1970-01-01.
 */
export function digestKey({ sequence, fromMs }: { readonly sequence: number; readonly fromMs: number }): string {
  return `${DIGESTS_PREFIX}dt=${day(fromMs)}/${padded(sequence, 12)}.json`;
}

/** A position in the order of names: change objects from this time on sort behind it, and earlier ones before it. */
export function changesFrom(putAtMs: number): string {
  return `${CHANGES_PREFIX}dt=${day(putAtMs)}/${padded(putAtMs, 15)}`;
}

function day(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
