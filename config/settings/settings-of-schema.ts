import * as v from 'valibot';
import { choicesOf } from '../openapi/json-schema.ts';

/** One setting of the schema. */
export type SchemaSetting = {
  /** `requesters[].name`. */
  readonly path: string;
  readonly schema: v.GenericSchema;
  /** The value where the file has none. */
  readonly default?: unknown;
  /** The setting may be left out, and then has no value. */
  readonly optional: boolean;
};

/**
 * Every setting of a schema, in its order: everything that is not a mapping, and lists of mappings together with the
 * settings inside them. A choice of mappings counts in the same way, together with the settings inside each.
 */
export function settingsOfSchema(schema: v.GenericSchema, path = '', optional = false): readonly SchemaSetting[] {
  const node: Node = schema;
  if (node.type === 'optional' || node.type === 'exact_optional') {
    if (node.wrapped === undefined) throw new Error(`${path}: nothing is optional here`);
    const inside = settingsOfSchema(node.wrapped, path, optional || node.type === 'exact_optional');
    const fallback: unknown = v.getDefault(schema);
    return inside.map((setting) =>
      setting.path === path && fallback !== undefined ? { ...setting, default: fallback } : setting,
    );
  }
  if (node.entries !== undefined) {
    return Object.entries(node.entries).flatMap(([name, member]) =>
      settingsOfSchema(member, path === '' ? name : `${path}.${name}`, optional),
    );
  }
  return [{ path, schema, optional }, ...settingsInside(node, path)];
}

/** The parts of a valibot schema that are read here. */
type Node = {
  readonly type: string;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly wrapped?: v.GenericSchema;
  readonly item?: v.GenericSchema;
  readonly pipe?: readonly { readonly type: string; readonly metadata?: unknown }[];
};

function settingsInside({ item, pipe = [] }: Node, path: string): readonly SchemaSetting[] {
  if (item !== undefined) return settingsOfSchema(item, `${path}[]`).filter((setting) => setting.path !== `${path}[]`);
  const choices = pipe.flatMap(({ type, metadata }) => (type === 'metadata' ? choicesOf(metadata) : []));
  return choices.flatMap((choice) => settingsOfSchema(choice, path));
}
