/** As many names as are kept after a cut; twice as many are held before one. */
const KEPT = 1_000;
/** Longer names are cut, so that a count costs little whatever a log says. ARNs of principals are shorter, nearly all. */
const NAME_LIMIT = 160;

export type Tally = {
  /** The largest first; equal ones by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was counted for all other names. */
  readonly others: number;
};

export type BoundedCounter = {
  count(name: string): void;
  /** The `size` largest. */
  largest(size: number): Tally;
};

/**
 * Counts names of which there may be any number, in memory that does not grow with them: the rare ones are poured
 * together when there are too many. The sum is always exact; the count of a name that was rare at first may be too low
 * by what was poured.
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

/** Printable ASCII, because it comes from a log and ends on somebody's screen. */
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
