import type { AuditStore } from '../../lib/audit/questions/audit-store.ts';

/** Records that are read by their ids, out of memory; no index leads to them. */
export function keptAuditStore(
  items: readonly { readonly recordId: string }[],
  settings?: Readonly<Record<string, unknown>>,
): AuditStore {
  const kept = new Map<string, Readonly<Record<string, unknown>>>(items.map((item) => [item.recordId, { ...item }]));
  return {
    async readItems(ids, attributes) {
      return new Map(
        ids.flatMap((id) => {
          const item = kept.get(id);
          if (item === undefined) return [];
          return [
            [id, Object.fromEntries(Object.entries(item).filter(([name]) => attributes.includes(name)))] as const,
          ];
        }),
      );
    },
    queryRange: async () => ({ rows: [] }),
    queryName: async () => [],
    queryDue: async () => ({ rows: [] }),
    readCorrelatedUpToMs: async () => undefined,
    readSettings: async () => settings,
    cost: () => ({ calls: 0, rows: 0, readUnits: 0 }),
  };
}
