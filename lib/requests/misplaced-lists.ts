import type * as v from 'valibot';

export type MisplacedList = {
  readonly path: readonly (string | number)[];
  readonly value: readonly unknown[];
};

/**
 * The lists of a value that stand where its schema has an object. valibot takes a list for one, so that of an object
 * that may be empty `[]` would be read as `{}`, and `["x"]` as `{"0": "x"}`.
 */
export function misplacedLists(
  schema: v.GenericSchema,
  value: unknown,
  path: MisplacedList['path'] = [],
): readonly MisplacedList[] {
  const node: Node = schema;
  if (node.wrapped !== undefined) return misplacedLists(node.wrapped, value, path);
  if (node.options !== undefined) return inOptions(node.options, value, path);
  if (node.type === 'array') return inMembers(node.item, value, path);
  if (!OBJECTS.has(node.type)) return [];
  if (Array.isArray(value)) return [{ path, value }];
  if (node.type === 'record') return inMembers(node.value, value, path);
  return Object.entries(node.entries ?? {}).flatMap(([key, member]) => inMember(member, { value, key, path }));
}

/** The part of a valibot schema that is inspected; of a pipe, its first element. */
type Node = {
  readonly type: string;
  readonly wrapped?: v.GenericSchema;
  readonly options?: readonly unknown[];
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly item?: v.GenericSchema;
  readonly value?: v.GenericSchema;
};

const OBJECTS: ReadonlySet<string> = new Set(['strict_object', 'object', 'loose_object', 'record']);

/** A value that fits one of several schemas has no misplaced list. */
function inOptions(options: readonly unknown[], value: unknown, path: MisplacedList['path']): readonly MisplacedList[] {
  const found = options.filter(isSchema).map((option) => misplacedLists(option, value, path));
  return found.some((lists) => lists.length === 0) ? [] : (found[0] ?? []);
}

function isSchema(option: unknown): option is v.GenericSchema {
  return typeof option === 'object' && option !== null && 'kind' in option && option.kind === 'schema';
}

function inMembers(schema: v.GenericSchema | undefined, value: unknown, path: MisplacedList['path']) {
  if (schema === undefined || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    misplacedLists(schema, member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

type Place = { readonly value: unknown; readonly key: string; readonly path: MisplacedList['path'] };

function inMember(schema: v.GenericSchema, { value, key, path }: Place): readonly MisplacedList[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [];
  return misplacedLists(schema, Reflect.get(value, key), [...path, key]);
}
