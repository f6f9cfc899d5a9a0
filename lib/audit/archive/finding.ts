import type { ArchivedChange, ChangeFinding } from './archived-change.ts';

export type Finding = ArchivedChange['findings'][number];

/** The explanation names states, entries and attributes, and repeats nothing of what stands in them. */
export function finding(what: ChangeFinding, explanation: string): Finding {
  return { finding: what, explanation };
}
