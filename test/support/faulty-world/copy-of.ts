/** A copy of what an item of a table holds. `structuredClone` does the same, and was a sixth of what a simulated run takes. */
export function copyOf<Value>(value: Value): Value;
export function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => copyOf(member));
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    // An assignment would set the prototype.
    if (name === '__proto__') return structuredClone(value);
    copy[name] = copyOf(member);
  }
  return copy;
}
