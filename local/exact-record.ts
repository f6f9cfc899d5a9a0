import * as v from 'valibot';

/**
 * A JSON object with any keys, kept exactly as it came. Valibot's own `record` leaves out `__proto__`, `prototype` and
 * `constructor`; a policy would then see less than the service does.
 */
export function exactRecord<Value>(value: v.GenericSchema<unknown, Value>) {
  return v.custom<Readonly<Record<string, Value>>>(
    (given) => isObject(given) && Object.values(given).every((entry) => v.is(value, entry)),
    'not an object of the expected entries',
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
