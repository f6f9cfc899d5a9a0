import * as v from 'valibot';
import { explainIssue, lettersOf } from './explain-field.ts';
import { misplacedLists } from './misplaced-lists.ts';
import { quoted } from './quoted.ts';
import type { Refusal } from './request.ts';

export type FieldsReading<Fields> =
  | { readonly read: true; readonly fields: Fields }
  | { readonly read: false; readonly refusal: Refusal };

/**
 * Parses an object strictly by its schema: an unknown key is never ignored, and the message names the key that may have
 * been meant. `what` names the whole object in messages ("the body").
 */
export function readFields<Fields>(
  schema: v.GenericSchema<unknown, Fields>,
  { what, input }: { readonly what: string; readonly input: unknown },
): FieldsReading<Fields> {
  const read = v.safeParse(schema, input);
  const [list] = misplacedLists(schema, input);
  if (list !== undefined) {
    const at = list.path.length === 0 ? what : list.path.join('.');
    return refused('request.fieldInvalid', `${at}: expected an object, got array of ${list.value.length}`);
  }
  if (read.success) return { read: true, fields: read.output };
  const stray = read.issues.find(isUnknownKey);
  if (stray !== undefined) {
    return refused('request.fieldNotAllowed', `${what} has the key ${quoted(lastKey(stray))}; ${hint(schema, stray)}`);
  }
  const [issue] = read.issues;
  return refused('request.fieldInvalid', `${v.getDotPath(issue) ?? what}: ${explainIssue(issue)}`);
}

/** What `strictObject` says of a key that it does not have. */
function isUnknownKey({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never';
}

function lastKey({ path }: v.BaseIssue<unknown>): string {
  return String(path?.at(-1)?.key ?? '');
}

function hint(schema: v.GenericSchema, stray: v.BaseIssue<unknown>): string {
  const known = [...new Set(keysOf(schema))];
  const meant = known.find((key) => lettersOf(key) === lettersOf(lastKey(stray)));
  if (meant !== undefined) return `did you mean ${meant}?`;
  return known.length === 0 ? 'it takes no keys' : `known keys are ${known.join(', ')}`;
}

/** The keys that a schema names: its own, of its options and of what it wraps. */
function keysOf(schema: object): readonly string[] {
  const own = 'entries' in schema && isObject(schema.entries) ? Object.entries(schema.entries) : [];
  const inside = [
    ...own.map(([, member]) => member),
    ...('options' in schema && Array.isArray(schema.options) ? schema.options : []),
    ...['wrapped', 'item', 'value'].map((member) => Reflect.get(schema, member)),
  ];
  return [...own.map(([key]) => key), ...inside.filter(isObject).flatMap(keysOf)];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refused(reason: Refusal['reason'], explanation: string): { readonly read: false; readonly refusal: Refusal } {
  return { read: false, refusal: { reason, explanation } };
}
