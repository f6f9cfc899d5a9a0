import { invalidPattern } from './invalid-pattern.ts';
import type { Scalar } from './text-matcher.ts';
import { isScalar, type ValuesTest, valueMatcher } from './value-matcher.ts';

/** Whether an event satisfies a rule's pattern. */
export type EventTest = (event: unknown) => boolean;

/**
 * Compiles an event pattern as EventBridge reads it
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html):
 * all fields must match, any entry of a field's list is enough, an array in the event matches by any of its elements,
 * and fields below an array of objects must match in the same object. `exists` looks at leaves only.
 * Throws `InvalidEventPatternException` for a pattern that EventBridge would not accept, an unknown matcher included.
 */
export function compileEventPattern(pattern: unknown): EventTest {
  const test = compileObject(pattern);
  return (event) => test(event);
}

function compileObject(pattern: unknown): EventTest {
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object');
  const fields = Object.entries(pattern).map(([name, condition]) => compileField(name, condition));
  if (fields.length === 0) throw invalidPattern('Empty objects are not allowed');
  return (value) => objectsIn(value).some((object) => fields.every((test) => test(object)));
}

function compileField(name: string, condition: unknown): (object: Readonly<Record<string, unknown>>) => boolean {
  if (name === '$or') return compileAlternatives(condition);
  if (Array.isArray(condition)) {
    const tests = compileValues(name, condition);
    return (object) => {
      const values = scalarsIn(Object.hasOwn(object, name) ? object[name] : undefined);
      return tests.some((test) => test(values));
    };
  }
  if (!isObject(condition)) throw invalidPattern(`${name} must be an object or an array`);
  const test = compileObject(condition);
  return (object) => test(Object.hasOwn(object, name) ? object[name] : undefined);
}

function compileAlternatives(condition: unknown): EventTest {
  if (!Array.isArray(condition) || condition.length < 2) {
    throw invalidPattern('$or must be an array with at least two objects');
  }
  const tests = condition.map(compileObject);
  return (object) => tests.some((test) => test(object));
}

function compileValues(name: string, conditions: readonly unknown[]): ValuesTest[] {
  if (conditions.length === 0) throw invalidPattern(`Empty arrays are not allowed (${name})`);
  return conditions.map(valueMatcher);
}

/** The objects in which a nested pattern may match; an empty one where there is none, for `exists: false` below. */
function objectsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (isObject(value)) return [value];
  const objects = Array.isArray(value) ? value.flatMap((element) => (isObject(element) ? [element] : [])) : [];
  return objects.length > 0 ? objects : [{}];
}

/** The leaves at one place: an array has all of its leaves, nested ones included; an object has none itself. */
function scalarsIn(value: unknown): readonly Scalar[] {
  if (Array.isArray(value)) return value.flatMap(scalarsIn);
  return isScalar(value) ? [value] : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
