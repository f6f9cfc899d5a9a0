/** How many names are kept after a cut; twice as many are held before one. */
const KEPT = 1_000;
/**
 * Longer names are cut, so that a count costs little whatever a log says. Nearly all ARNs of principals are shorter.
 */
const NAME_LIMIT = 160;

export type Tally = {
  /** The largest count first; equal counts by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** The total for all other names. */
  readonly others: number;
};

export type BoundedCounter = {
  count(name: string): void;
  /** The `size` largest counts. */
  largest(size: number): Tally;
};

/**
 * Counts any number of different names in memory that does not grow with them: when there are too many, the rare ones
 * are pooled. The sum is always exact; the count of a name that was rare at first may be too low by what was pooled.
 */
export function createBoundedCounter(kept: number = KEPT): BoundedCounter {
  let counts = new Map<string, number>();
  let others = 0;
  return {
    count(name) {
      const text = plain(name);
      counts.set(text, (counts.get(text) ?? 0) + 1);
      if (counts.size <= 2 * kept) return;
      const ordered = inOrder(counts);
      counts = new Map(ordered.slice(0, kept));
      others += sum(ordered.slice(kept));
    },
    largest(size) {
      const ordered = inOrder(counts);
      return {
        counts: Object.fromEntries(ordered.slice(0, size)),
        others: others + sum(ordered.slice(size)),
      };
    },
  };
}

/** Printable ASCII, because the name comes from a log and is shown on somebody's screen. */
function plain(name: string): string {
  const cut = name.length > NAME_LIMIT ? `${name.slice(0, NAME_LIMIT)}...` : name;
  return cut.replace(/[^\x20-\x7e]/g, '?');
}

function inOrder(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([left, more], [right, less]) => less - more || (left < right ? -1 : 1));
}

function sum(entries: readonly (readonly [string, number])[]): number {
  return entries.reduce((total, [, count]) => total + count, 0);
}
