import type { CounterCondition, Counters } from '../../lib/limits/counters.ts';

type Row = { readonly values: Record<string, number>; readonly members: Set<string> };

/** The counters in memory, held to the same contract as those in DynamoDB. */
export function inMemoryCounters(): Counters & { readonly rows: ReadonlyMap<string, Row> } {
  const rows = new Map<string, Row>();

  function rowOf(counter: string): Row {
    const row = rows.get(counter) ?? { values: {}, members: new Set() };
    rows.set(counter, row);
    return row;
  }

  return {
    rows,
    read: async (counter) => ({ ...rows.get(counter)?.values }),
    async change({ counter }, { add = {}, set = {}, remove = [], when = [] }) {
      const before = rows.get(counter)?.values ?? {};
      if (!when.every((condition) => holds(before, condition))) return undefined;
      const { values } = rowOf(counter);
      Object.assign(values, set);
      for (const name of remove) delete values[name];
      for (const [name, amount] of Object.entries(add)) values[name] = (values[name] ?? 0) + amount;
      return { ...values };
    },
    async admit({ counter }, { member, limit }) {
      const members = rows.get(counter)?.members;
      if (members?.has(member)) return true;
      if ((members?.size ?? 0) >= limit) return false;
      rowOf(counter).members.add(member);
      return true;
    },
  };
}

function holds(values: Readonly<Record<string, number>>, condition: CounterCondition): boolean {
  const value = values[condition.name];
  if ('present' in condition) return value !== undefined;
  return value === undefined || value <= condition.atMost;
}
