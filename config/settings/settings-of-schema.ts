import * as v from 'valibot';
import { choicesOf } from '../openapi/json-schema.ts';

/** One setting as the schema has it. */
export type SchemaSetting = {
  /** `requesters[].name`. */
  readonly path: string;
  readonly schema: v.GenericSchema;
  /** There is a value when the file has none. */
  readonly default?: unknown;
  /** May be left out, and then there is none. */
  readonly optional: boolean;
};

/**
 * Every setting of a schema, in its order: what is no mapping, and lists of mappings besides what is in them. A choice of
 * mappings is one, too, and so is what is in each.
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

/** As far as one schema of valibot can be looked into. */
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
