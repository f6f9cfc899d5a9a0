import type { ArchiveBucket } from '../../lib/audit/archive/archive-bucket.ts';

export type InMemoryArchive = ArchiveBucket & { readonly objects: Map<string, Buffer> };

const PAGE = 3;

/** The archive's bucket in memory, with small pages. `objects` may be changed, as nobody could in a bucket that is locked. */
export function inMemoryArchive(): InMemoryArchive {
  const objects = new Map<string, Buffer>();
  const sorted = (prefix: string) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  return {
    objects,
    async putNew(key, bytes) {
      const there = objects.get(key);
      if (there !== undefined) return there.equals(bytes) ? 'there' : 'taken';
      objects.set(key, Buffer.from(bytes));
      return 'put';
    },
    read: async (key) => objects.get(key),
    async *keysAfter(prefix, after) {
      const keys = sorted(prefix).filter((key) => key > after);
      for (let begin = 0; begin === 0 || begin < keys.length; begin += PAGE) yield keys.slice(begin, begin + PAGE);
    },
    foldersOf: async (prefix) => [
      ...new Set(sorted(prefix).map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1))),
    ],
  };
}
