import type { Agenda, Window } from '../../lib/scheduling/window.ts';
import type { WindowStore } from '../../lib/scheduling/window-store.ts';

export type InMemoryWindowStore = WindowStore & {
  readonly agendas: ReadonlyMap<string, Agenda>;
  readonly windows: ReadonlyMap<string, Window>;
};

/** The windows in memory, under the conditions of the one in DynamoDB; held to the same contract. */
export function inMemoryWindowStore(): InMemoryWindowStore {
  const agendas = new Map<string, Agenda>();
  const windows = new Map<string, Window>();
  const keyOf = ({ schedule, startMs }: Pick<Window, 'schedule' | 'startMs'>) => `${schedule} ${startMs}`;
  return {
    agendas,
    windows,
    readAgenda: async (schedule) => structuredClone(agendas.get(schedule)),
    async writeAgenda(before, after) {
      const name = after.counter.replace('schedule#', '');
      if (agendas.get(name)?.version !== before?.version) return false;
      agendas.set(name, structuredClone(after));
      return true;
    },
    readWindow: async (of) => structuredClone(windows.get(keyOf(of))),
    async createWindow(window) {
      if (windows.has(keyOf(window))) return false;
      windows.set(keyOf(window), structuredClone(window));
      return true;
    },
    async writeWindow(before, after) {
      if (windows.get(keyOf(before))?.version !== before.version) return false;
      windows.set(keyOf(after), structuredClone(after));
      return true;
    },
  };
}
