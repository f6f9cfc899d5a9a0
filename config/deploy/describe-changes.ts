import type { ResourceChange } from './cloudformation.ts';

const VERBS: Readonly<Record<string, string>> = {
  Add: 'made',
  Modify: 'changed',
  Remove: 'removed',
  Import: 'taken over',
  Dynamic: 'undecided',
  SyncWithActual: 'as it is',
};

/** The changes of an update, a line for each resource, and the number of each kind. */
export function describeChanges(changes: readonly ResourceChange[]): readonly string[] {
  const counts = new Map<string, number>();
  const lines = changes.map(({ action, logicalId, type, replacement, properties }) => {
    const verb = VERBS[action] ?? action;
    counts.set(verb, (counts.get(verb) ?? 0) + 1);
    const how = replacement === 'True' ? ', by another in its place' : '';
    const what = action === 'Modify' && properties.length > 0 ? ` (${properties.join(', ')}${how})` : how;
    return `  ${verb.padEnd(10)}  ${type.padEnd(34)}  ${logicalId}${what}`;
  });
  const sum = [...counts].map(([verb, count]) => `${count} ${verb}`).join(', ');
  return [...lines, `  ${sum || 'no resource is changed: only outputs, or what becomes of resources when they leave'}`];
}
