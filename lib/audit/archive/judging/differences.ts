import { isDeepStrictEqual } from 'node:util';

/** The names of the members in which two values differ, in the order of names. An undefined member counts as absent. */
export function differences(one: object, other: object): readonly string[] {
  const left = new Map<string, unknown>(Object.entries(one));
  const right = new Map<string, unknown>(Object.entries(other));
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].filter((name) => !isDeepStrictEqual(left.get(name), right.get(name))).sort();
}
