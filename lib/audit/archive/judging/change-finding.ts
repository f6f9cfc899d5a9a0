import type { ArchivedChange, ChangeFinding } from '../archived-change.ts';

export type FindingOfChange = ArchivedChange['findings'][number];

/** The explanation names states, entries and attributes, and never repeats their values. */
export function finding(what: ChangeFinding, explanation: string): FindingOfChange {
  return { finding: what, explanation };
}
