import type * as v from 'valibot';

/** JSON Schema 2020-12, which OpenAPI 3.1 uses. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema of a valibot schema, for the kinds that the interfaces are made of. A check that JSON Schema cannot
 * express exactly is described in words, and an unknown kind throws, so that the document never promises less or more
 * than the code accepts.
 */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const node: Node = schema;
  const [, ...actions] = node.pipe ?? [];
  const kind = kinds[node.type];
  if (kind === undefined) throw new Error(`no JSON Schema is known for the kind ${node.type}`);
  const plain = kind(node);
  return actions.reduce((before, action) => apply(action, before), plain);
}

/** The parts of a valibot schema that are read here. */
type Node = {
  readonly type: string;
  readonly pipe?: readonly [v.GenericSchema, ...Action[]];
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly options?: readonly unknown[];
  readonly item?: v.GenericSchema;
  readonly value?: v.GenericSchema;
  readonly wrapped?: v.GenericSchema;
  readonly literal?: unknown;
};
type Action = {
  readonly type: string;
  readonly requirement?: unknown;
  readonly message?: unknown;
  readonly description?: unknown;
  readonly metadata?: unknown;
};

const OPTIONAL = ['optional', 'exact_optional'];

const kinds: Readonly<Record<string, (node: Node) => JsonSchema>> = {
  string: () => ({ type: 'string' }),
  number: () => ({ type: 'number' }),
  boolean: () => ({ type: 'boolean' }),
  unknown: () => ({}),
  literal: ({ literal }) => ({ const: literal }),
  picklist: ({ options }) => ({ enum: options }),
  array: ({ item }) => ({ type: 'array', items: inside(item) }),
  record: ({ value }) => ({ type: 'object', additionalProperties: inside(value) }),
  optional: ({ wrapped }) => inside(wrapped),
  exact_optional: ({ wrapped }) => inside(wrapped),
  union: ({ options = [] }) => ({ anyOf: options.map((option) => inside(asSchema(option))) }),
  lazy: ({ pipe = [] }) => {
    if (!pipe.some(({ type }) => type === 'metadata')) throw new Error('a lazy schema has to say what it chooses from');
    return {};
  },
  variant: ({ options = [] }) => ({ oneOf: options.map((option) => inside(asSchema(option))) }),
  strict_object: ({ entries = {} }) => {
    const members = Object.entries(entries);
    const required = members.filter(([, member]) => !OPTIONAL.includes(member.type)).map(([name]) => name);
    return {
      type: 'object',
      properties: Object.fromEntries(members.map(([name, member]) => [name, jsonSchemaOf(member)])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    };
  },
};

/** Adds an action of a pipe: what the action requires of a value that has passed everything before it. */
function apply({ type, requirement, message, description, metadata }: Action, before: JsonSchema): JsonSchema {
  const ofList = before['type'] === 'array';
  switch (type) {
    case 'regex':
      return { ...before, pattern: sourceOf(requirement) };
    case 'min_length':
      return { ...before, [ofList ? 'minItems' : 'minLength']: requirement };
    case 'max_length':
      return { ...before, [ofList ? 'maxItems' : 'maxLength']: requirement };
    case 'min_value':
      return { ...before, minimum: requirement };
    case 'max_value':
      return { ...before, maximum: requirement };
    case 'integer':
    case 'safe_integer':
      return { ...before, type: 'integer' };
    case 'check':
      return inWords(before, message);
    case 'description':
      return { ...before, description };
    case 'metadata':
      return { ...before, oneOf: choicesOf(metadata).map((choice) => jsonSchemaOf(choice)) };
    default:
      throw new Error(`no JSON Schema is known for the action ${type}`);
  }
}

/** A check is a function: only its message can be shown. */
function inWords(before: JsonSchema, message: unknown): JsonSchema {
  if (typeof message !== 'string') throw new Error('a check without a message cannot be described');
  const sentence = `${message[0]?.toUpperCase()}${message.slice(1)}.`;
  const { description } = before;
  if (typeof description === 'string' && description.includes(sentence)) return before;
  return { ...before, description: typeof description === 'string' ? `${description} ${sentence}` : sentence };
}

/** The schemas between which a schema that decides by the value declares that it chooses. */
export function choicesOf(metadata: unknown): readonly v.GenericSchema[] {
  if (typeof metadata !== 'object' || metadata === null || !('choices' in metadata)) {
    throw new Error('the metadata name no choices');
  }
  return Object.values(Object(metadata.choices)).map(asSchema);
}

function sourceOf(requirement: unknown): string {
  if (!(requirement instanceof RegExp) || !/^u?$/.test(requirement.flags)) {
    throw new Error(`the pattern ${String(requirement)} means something else in JSON Schema`);
  }
  return requirement.source;
}

function inside(schema: v.GenericSchema | undefined): JsonSchema {
  if (schema === undefined) throw new Error('the schema has nothing inside');
  return jsonSchemaOf(schema);
}

function asSchema(option: unknown): v.GenericSchema {
  if (typeof option === 'object' && option !== null && 'kind' in option && option.kind === 'schema') {
    return option as v.GenericSchema;
  }
  throw new Error(`${String(option)} is no schema`);
}
